"""Calls as GraphQL requests, and what their answers say in the words of the model."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.torture.calls import Call, Item, Known
from tests.torture.cast import Cast
from tests.torture.rules import APPLICANT_GOALS

PART = "id status round version origin selectedAccount { id } selectedPlatforms"
_SINGLE = f"outcome userErrors {{ code }} participation {{ {PART} }}"
_BULK = f"""userErrors {{ code }}
    results {{ outcome error {{ code }} participation {{ {PART} }} }}"""
_CANDIDATES = f"""userErrors {{ code }} results {{ outcome error {{ code }} candidateStatus
    candidate {{ participation {{ {PART} }} }} }}"""
_POST = "id url status warning reason"


class Seen(NamedTuple):
    """What an answer says of one item."""

    outcome: str
    code: str | None = None
    part: Mapping[str, Any] | None = None
    "The participation afterwards, by the fields of `Part`."
    tab: str | None = None
    "The status on the Select influencer tab."
    post: Mapping[str, Any] | None = None
    "The post afterwards, by the fields of `Post`."


class Request(NamedTuple):
    """An operation with its variables."""

    query: str
    variables: Mapping[str, Any]


def request_of(call: Call, cast: Cast, known: Known) -> Request:
    """The call as it is sent."""
    if call.is_read:
        return _read(call, cast, known)
    field, selection, given = _FIELDS[call.action]
    name = field[0].upper() + field[1:]
    more = ", dryRun: true" if call.is_dry else ""
    query = (
        f"mutation Act($input: {name}Input!) {{ {field}(input: $input{more}) {{ {selection} }} }}"
    )
    return Request(query, {"input": given(_Asked(call, cast, known))})


class _Asked(NamedTuple):
    """A call, with what the server calls the things that it is about."""

    call: Call
    cast: Cast
    known: Known

    def campaign(self, name: str = "campaignId") -> dict[str, Any]:
        return {name: self.cast.ids[f"campaign {self.call.items[0].campaign}"]}

    def people(self) -> dict[str, Any]:
        people = [self.cast.ids[f"person {item.person}"] for item in self.call.items]
        return {**self.campaign(), "influencerIds": people}

    def participations(self) -> dict[str, Any]:
        known = self.known.participations
        ids = [known[item.campaign, item.person] for item in self.call.items]
        return {"participationIds": ids}

    def participation(self) -> dict[str, Any]:
        [only] = self.participations()["participationIds"]
        return {"participationId": only}

    def account(self) -> dict[str, Any]:
        name = self.call.account
        return {} if name is None else {"accountId": self.cast.ids[name]}


def _decision(asked: _Asked) -> dict[str, Any]:
    call = asked.call
    stale = {"ifStatus": call.if_status, "ifVersion": call.if_version}
    return {**asked.participations(), "status": APPLICANT_GOALS[call.action], **stale}


def _removal(asked: _Asked) -> dict[str, Any]:
    stale = {"ifStatus": asked.call.if_status}
    return {**asked.participations(), "reason": "for the test", **stale}


def _posts(asked: _Asked) -> dict[str, Any]:
    post = asked.call.post
    assert post is not None
    ids = [asked.known.posts[item] for item in asked.call.items]
    return {
        "postIds": ids,
        "status": post.status,
        "warning": post.warning,
        "reason": post.reason,
    }


def _account(asked: _Asked) -> dict[str, Any]:
    number, name = int(asked.call.caller), asked.call.account
    [account] = [one for one in asked.cast.people[number].accounts if one.name == name]
    return {
        "platform": account.platform,
        "externalId": f"{asked.cast.name} {number} {account.name}",
        "handle": account.name,
        "followers": account.followers,
    }


_DECIDE = ("setApplicantStatus", _BULK, _decision)
_FIELDS: Mapping[str, tuple[str, str, Callable[[_Asked], dict[str, Any]]]] = {
    "MARK_JOINED": ("markJoined", _CANDIDATES, _Asked.people),
    **dict.fromkeys(APPLICANT_GOALS, _DECIDE),
    "REOPEN": (
        "reopenApplications",
        _BULK,
        lambda asked: {**asked.participations(), "reason": "for the test"},
    ),
    "REMOVE": ("removeParticipants", _BULK, _removal),
    "SET_AVAILABILITY": (
        "setAvailability",
        _CANDIDATES,
        lambda asked: {**asked.people(), "availability": asked.call.availability},
    ),
    "SET_POST_STATUS": (
        "setPostStatus",
        f"userErrors {{ code }} results {{ outcome error {{ code }} post {{ {_POST} }} }}",
        _posts,
    ),
    "SELECT_SOCIAL_MEDIA": (
        "selectSocialMedia",
        _SINGLE,
        lambda asked: {**asked.participation(), "platforms": sorted(asked.call.platforms)},
    ),
    "APPLY": ("apply", _SINGLE, lambda asked: {**asked.campaign(), **asked.account()}),
    "SELECT_ACCOUNT": (
        "selectAccount",
        _SINGLE,
        lambda asked: {**asked.participation(), **asked.account()},
    ),
    "WITHDRAW": ("withdraw", _SINGLE, _Asked.participation),
    "SUBMIT_POST": (
        "submitPost",
        f"outcome userErrors {{ code }} post {{ {_POST} }}",
        lambda asked: {**asked.participation(), "url": asked.call.items[0].url},
    ),
    "CONNECT_ACCOUNT": (
        "connectAccount",
        f"outcome userErrors {{ code }} advanced {{ campaign {{ id }} {PART} }}",
        _account,
    ),
    "DISCONNECT_ACCOUNT": ("disconnectAccount", "outcome userErrors { code }", _Asked.account),
    "SET_CAPACITY": (
        "updateCampaign",
        "campaign { capacity } userErrors { code }",
        lambda asked: {**asked.campaign("id"), "capacity": asked.call.capacity},
    ),
    "COMPLETE": (
        "updateCampaign",
        "campaign { status } userErrors { code }",
        lambda asked: {**asked.campaign("id"), "status": "COMPLETED"},
    ),
}
"""The field of each action, what is selected of its payload, and its input."""


# Reads

_TAB = f"""query Tab($campaign: ID!, $search: String!) {{ campaign(id: $campaign) {{
    status capacity placesTaken candidateCounts {{ status count exact }}
    applicants(first: 100) {{ totalCount nodes {{ influencer {{ id }} status version }} }}
    applicantCounts {{ status count }}
    candidates(first: 100, filter: {{ search: $search }}) {{ totalCount nodes {{
        status influencer {{ id }} participation {{ {PART} }} }} }} }} }}"""
_APPLICANTS = """query Applicants($campaign: ID!) { campaign(id: $campaign) {
    capacity placesTaken applicantCounts { status count }
    applicants(first: 100) { totalCount nodes { influencer { id } status version } } } }"""
_HISTORY = f"""query History($participation: ID!) {{ participation(id: $participation) {{
    {PART} events(last: 3) {{ totalCount nodes {{ action from to round }} }} }} }}"""
_OWN = f"""query Own($campaign: ID!) {{ campaign(id: $campaign) {{
    viewerParticipation {{ {PART} }} }} }}"""


def _read(call: Call, cast: Cast, known: Known) -> Request:
    [item] = call.items
    campaign = {"campaign": cast.ids[f"campaign {item.campaign}"]}
    match call.action:
        case "READ_TAB":
            return Request(_TAB, {**campaign, "search": cast.name})
        case "READ_APPLICANTS":
            return Request(_APPLICANTS, campaign)
        case "READ_HISTORY":
            key = (item.campaign, item.person)
            return Request(_HISTORY, {"participation": known.participations[key]})
        case _:
            return Request(_OWN, campaign)


# What answers say


def part_of(shown: Mapping[str, Any] | None, cast: Cast) -> dict[str, Any] | None:
    """A participation in an answer, by the fields of `Part`."""
    if shown is None:
        return None
    account = shown["selectedAccount"]
    return {
        "status": shown["status"],
        "round": shown["round"],
        "version": shown["version"],
        "origin": shown["origin"],
        "account": account and cast.names[account["id"]],
        "platforms": frozenset(shown["selectedPlatforms"]),
    }


def seen_of(call: Call, payload: Mapping[str, Any], cast: Cast) -> list[Seen]:
    """What the payload of a mutation says of each item."""
    if "results" in payload:
        assert payload["results"], payload["userErrors"]
        return [_seen(result, result["error"], cast) for result in payload["results"]]
    [error, *_] = payload["userErrors"] or [None]
    if call.action == "DISCONNECT_ACCOUNT":
        return [Seen("UNCHANGED") for _ in call.items]
    if call.action == "CONNECT_ACCOUNT":
        advanced = {cast.number(one["campaign"]["id"]): one for one in payload["advanced"]}
        return [
            Seen("CHANGED", part=part_of(advanced[item.campaign], cast))
            if item.campaign in advanced
            else Seen("UNCHANGED")
            for item in call.items
        ]
    if call.action in ("SET_CAPACITY", "COMPLETE"):
        return [Seen("REFUSED" if error else "CHANGED")]
    return [_seen(payload, error, cast)]


def _seen(result: Mapping[str, Any], error: Mapping[str, Any] | None, cast: Cast) -> Seen:
    candidate = result.get("candidate") or result
    return Seen(
        result["outcome"],
        None if error is None else error["code"],
        part_of(candidate.get("participation"), cast),
        result.get("candidateStatus"),
        result.get("post"),
    )


def learn(call: Call, payload: Mapping[str, Any], known: Known) -> None:
    """Note the ids in a payload; those of a trial run name nothing."""
    if call.is_dry:
        return
    results: Sequence[Mapping[str, Any]] = payload.get("results", [payload])
    for item, result in zip(call.items, results, strict=False):
        candidate = result.get("candidate") or result
        if part := candidate.get("participation"):
            known.participations[item.campaign, item.person] = part["id"]
        if post := result.get("post"):
            known.posts[Item(item.campaign, item.person, item.url)] = post["id"]


def field_of(call: Call) -> str:
    """The mutation field of a call."""
    return _FIELDS[call.action][0]


def brief(call: Call, answer: Mapping[str, Any] | None, cast: Cast) -> str:
    """An answer in few words."""
    if answer is None:
        return "nothing"
    if not call.is_read:
        told = [_brief_item(seen) for seen in seen_of(call, answer, cast)]
        return ", ".join(told)
    campaign: Mapping[str, Any] = answer.get("campaign") or {}
    if "applicants" not in campaign:
        return str(answer)
    lists = ("applicants", "candidates")
    words = [f"{name} {campaign[name]}" for name in campaign if name not in lists]
    for name in (name for name in lists if name in campaign):
        rows = [_brief_row(row, cast) for row in campaign[name]["nodes"]]
        words.append(f"{name} [{', '.join(sorted(rows))}] of {campaign[name]['totalCount']}")
    return "; ".join(words)


def _brief_item(seen: Seen) -> str:
    part = seen.part or {"status": seen.tab, "version": "?"}
    shown = f"{part['status']} v{part['version']}" if seen.post is None else seen.post["status"]
    return f"{seen.code or seen.outcome} ({shown})"


def _brief_row(row: Mapping[str, Any], cast: Cast) -> str:
    part = row.get("participation") or row
    return f"{cast.number(row['influencer']['id'])}:{row['status']} v{part.get('version')}"
