"""`submitPost`: submit the URL of a post."""

from dataclasses import dataclass

from database.bulk import insert
from models.participation import Post
from resolvers.context import Context
from resolvers.mutations.posting import about, naming, new_post, read_url
from resolvers.pipeline.bulk import not_found
from resolvers.pipeline.posts import find_holders
from resolvers.pipeline.single import load_participation
from resolvers.pipeline.transaction import MutationOutcome, caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import Form, Refusal
from workflow.enums import Action, Outcome, PostSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPostOutcome(MutationOutcome):
    """The outcome for the post."""

    outcome: Outcome
    post: int | None = None


async def submit_post(context: Context, *, participation_id: str, url: str) -> SubmitPostOutcome:
    """Submit a post for a participation of the calling influencer."""
    caller = caller_in(context)
    form = Form()
    url, address = read_url(form, url, "url")
    if address is None or form.refusals:
        return _refused(*form.refusals)
    candidate = await load_participation(context, participation_id)
    if candidate is None:
        return _refused(not_found("participation", "participationId").refusal)
    url_held = candidate.campaign.id, address.digest
    holder = (await find_holders([url_held])).get(url_held)
    command = naming(Action.SUBMIT_POST, caller.role, address, candidate, holder)
    unit = UnitOfWork(actor_of(caller))
    evaluation = unit.evaluate(candidate, command)
    if evaluation.outcome is Outcome.REFUSED:
        return _refused(about(evaluation.refusal, "participationId"))
    post = holder.post if holder else None
    if evaluation.outcome is Outcome.CHANGED:
        new = new_post(candidate, url, address, PostSource.CREATOR)
        [post] = await insert(Post, [new])
        unit.record(candidate, Action.SUBMIT_POST, evaluation, post_id=post)
        await unit.write()
    return SubmitPostOutcome(outcome=evaluation.outcome, post=post)


def _refused(*refusals: Refusal | None) -> SubmitPostOutcome:
    return SubmitPostOutcome(
        outcome=Outcome.REFUSED, user_errors=[refusal for refusal in refusals if refusal]
    )
