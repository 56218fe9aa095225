"""Validation of the fields of webhooks, and the outcomes that their mutations share."""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from database.session import locked_rows
from models.text import clean
from resolvers.context import Context, WebhookRules
from resolvers.errors import RequestError
from resolvers.feed import FeedCursor
from resolvers.ids import decode
from resolvers.pipeline.transaction import MutationOutcome
from resolvers.pipeline.validation import MAX_DESCRIPTION, MAX_URL, Form, Refusal, path_of
from workflow.enums import Action, ErrorCode

MAX_SELECTION = 10_000
"""Characters of a selection."""
MAX_WEBHOOKS = 50
SECRET_BYTES = 32
DEFAULT_SELECTION = """{
  cursor
  event {
    id action from to round actorRole message occurredAt
    campaign { id title }
    influencer { id externalId }
  }
  participation { id status round version }
}"""
_NOT_NULL = "It cannot be null."


class WebhookFields(TypedDict, total=False):
    """Fields of a webhook: one that is left out stays as it is."""

    url: str | None
    description: str | None
    actions: Sequence[Action] | None
    selection: str | None
    is_enabled: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOutcome(MutationOutcome):
    """The outcome for a webhook; None if there is no such webhook."""

    webhook: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecretOutcome(WebhookOutcome):
    """The outcome with the new secret, which is shown once."""

    secret: str | None = None


def read(form: Form, rules: WebhookRules, given: WebhookFields) -> dict[str, Any]:
    """Return the columns of the fields; refuse invalid values, and leave their columns out."""
    row: dict[str, Any] = {}
    for name, value in given.items():
        before = len(form.refusals)
        if value is None:
            form.refuse(ErrorCode.INVALID_INPUT, _NOT_NULL, _CAMEL_CASE.get(name, name))
        else:
            column = _column(form, rules, name, value)
            if len(form.refusals) == before:
                row[name] = column
    return row


_CAMEL_CASE = {"is_enabled": "isEnabled"}


def _column(form: Form, rules: WebhookRules, name: str, value: Any) -> Any:
    match name:
        case "url":
            return _url(form, rules, value)
        case "description":
            return form.optional(value, MAX_DESCRIPTION, "description") or ""
        case "actions":
            return _once(value)
        case "selection":
            return _selection(form, rules, value)
        case _:
            return value


def _url(form: Form, rules: WebhookRules, value: str) -> str:
    url = form.text(value, MAX_URL, "url")
    if url and (problem := rules.problem_of_url(url)):
        form.refuse(ErrorCode.INVALID_INPUT, problem, "url")
    return url


def _once(actions: Iterable[Action]) -> list[str]:
    return list(dict.fromkeys(action.value for action in actions))


def _selection(form: Form, rules: WebhookRules, value: str) -> str:
    selection = form.text(value, MAX_SELECTION, "selection")
    if selection and (problem := rules.problem_of_selection(selection)):
        form.refuse(ErrorCode.INVALID_INPUT, problem, "selection")
    return selection


async def read_cursor(form: Form, text: str) -> FeedCursor | None:
    """Return the cursor of the feed; refuse one that is invalid."""
    try:
        return await FeedCursor.read(clean(text))
    except RequestError as error:
        form.refuse(ErrorCode.INVALID_INPUT, error.message, "from")
        return None


async def locked(context: Context, id: str) -> Mapping[str, Any] | None:
    """Lock a webhook, and return the columns that mutations need; None if it is unknown."""
    key = decode(id, "Webhook")
    if key is None:
        return None
    found = await locked_rows(_WEBHOOK, "FOR UPDATE", id=key)
    context.tick()
    return dict(zip(_COLUMNS, found[0], strict=True)) if found else None


def unknown(what: str = "webhook", path: str = "id") -> list[Refusal]:
    """Return the refusal of an unknown id."""
    return [Refusal(ErrorCode.NOT_FOUND, f"There is no such {what}.", path_of(path))]


def rules_in(context: Context) -> WebhookRules:
    """Return the rules that webhooks are validated by."""
    assert context.webhooks is not None, "the server gives it to every request"
    return context.webhooks


def new_secret(context: Context) -> str:
    """Return a new secret in the form of Standard Webhooks; it is not stored with the answer."""
    secret = f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
    if context.replay is not None:
        context.replay.hide(secret)
    return secret


_COLUMNS = ("id", "url", "is_enabled")
_WEBHOOK = f"SELECT {', '.join(_COLUMNS)} FROM webhook WHERE id = :id AND deleted_at IS NULL"
