"""The mutations, in the order of the schema."""

from strawberry.tools import create_type

from schema.mutations.add_referral_codes import add_referral_codes
from schema.mutations.apply import apply
from schema.mutations.apply_plan import apply_plan
from schema.mutations.cancel_plan import cancel_plan
from schema.mutations.connect_account import connect_account
from schema.mutations.create_campaign import create_campaign
from schema.mutations.create_plan import create_plan
from schema.mutations.create_webhook import create_webhook
from schema.mutations.delete_webhook import delete_webhook
from schema.mutations.disconnect_account import disconnect_account
from schema.mutations.erase_influencer import erase_influencer
from schema.mutations.mark_joined import mark_joined
from schema.mutations.record_findings import record_findings
from schema.mutations.record_posts import record_posts
from schema.mutations.redeliver import redeliver
from schema.mutations.remove_participants import remove_participants
from schema.mutations.reopen_applications import reopen_applications
from schema.mutations.rotate_webhook_secret import rotate_webhook_secret
from schema.mutations.select_account import select_account
from schema.mutations.select_social_media import select_social_media
from schema.mutations.set_applicant_status import set_applicant_status
from schema.mutations.set_availability import set_availability
from schema.mutations.set_post_status import set_post_status
from schema.mutations.submit_post import submit_post
from schema.mutations.undo_plan import undo_plan
from schema.mutations.update_campaign import update_campaign
from schema.mutations.update_webhook import update_webhook
from schema.mutations.upsert_influencers import upsert_influencers
from schema.mutations.withdraw import withdraw

Mutation = create_type(
    "Mutation",
    [
        create_campaign,
        update_campaign,
        upsert_influencers,
        mark_joined,
        set_applicant_status,
        reopen_applications,
        remove_participants,
        set_availability,
        set_post_status,
        select_social_media,
        apply,
        select_account,
        connect_account,
        disconnect_account,
        withdraw,
        submit_post,
        add_referral_codes,
        record_posts,
        record_findings,
        create_plan,
        apply_plan,
        cancel_plan,
        undo_plan,
        erase_influencer,
        create_webhook,
        update_webhook,
        delete_webhook,
        rotate_webhook_secret,
        redeliver,
    ],
    description=(
        "The mutations. Each field is a transaction of its own, done whole or not at all. Refusals "
        "that the user can act on are in the payload, and a change to what is so already is "
        "`UNCHANGED`. A field with `dryRun` is only tried out; a repeated `Idempotency-Key` header "
        "returns the first answer again."
    ),
)
