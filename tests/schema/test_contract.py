"""What clients were promised (`contract.graphql`) is what they get, and all of it is described."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    IntrospectionQuery,
    build_client_schema,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_required_argument,
    is_specified_directive,
    is_specified_scalar_type,
)
from graphql.utilities.print_schema import print_input_value

from resolvers.context import Context
from schema import schema
from tests.engine import execute

PROMISED = build_schema((Path(__file__).parent / "contract.graphql").read_text())
SERVED = build_client_schema(cast("IntrospectionQuery", schema.introspect()))
PRINTED = Path(__file__).parents[2] / "schema.graphql"
NEEDS_CONTEXT = re.compile(
    r"(It|Its|They|Their|Them|That|This|These|Those|How|What|Which|Who|Whom|Whose|When|Where|Why"
    r"|As|At|By|For|From|In|Of|With)\b"
)
"""Openings of a sentence that leaves its subject to what stands around it."""

WITHOUT_TRIAL = {
    "createPlan",
    "applyPlan",
    "cancelPlan",
    "undoPlan",
    "createWebhook",
    "updateWebhook",
    "deleteWebhook",
    "rotateWebhookSecret",
    "redeliver",
}
"""Mutations without a trial run."""


class Element(NamedTuple):
    """Something that a client can name, by its coordinate."""

    name: str
    form: str
    description: str | None
    required: bool = False


def test_the_checked_in_schema_is_the_one_that_the_code_prints() -> None:
    assert PRINTED.read_text() == schema.as_str() + "\n", (
        "schema.graphql is stale: python server.py schema > schema.graphql"
    )


def test_everything_promised_is_served_under_the_same_name_and_type() -> None:
    served = {element.name: element.form for element in elements(SERVED)}
    broken = {
        element.name: f"promised {element.form}, served {served.get(element.name)}"
        for element in elements(PROMISED)
        if served.get(element.name) != element.form
    }
    assert broken == {}


def test_nothing_is_asked_of_clients_that_the_promise_does_not_know() -> None:
    """Required parts of fields and inputs that were not promised break no client."""
    promised = {element.name for element in elements(PROMISED)}
    required = {e.name: re.sub(r"[.(]\w+$", "", e.name) for e in elements(SERVED) if e.required}
    assert [n for n, owner in required.items() if owner in promised and n not in promised] == []


def test_every_element_is_described() -> None:
    assert [e.name for e in elements(SERVED) if not (e.description or "").strip()] == []


def test_every_description_can_be_read_alone() -> None:
    """As in GraphiQL and in generated docs, without what stands around it."""
    assert [e.name for e in elements(SERVED) if NEEDS_CONTEXT.match(e.description or "")] == []
    assert [e.name for e in elements(SERVED) if not (e.description or "").endswith(".")] == []


async def test_the_schema_itself_says_where_to_begin() -> None:
    asked = await execute("{ __schema { description } }", {}, Context())
    told = asked["data"]["__schema"]["description"]
    assert told == build_schema(schema.as_str()).description

    named = set(re.findall(r"`([A-Za-z.]+)`", told))
    known = {name for e in elements(SERVED) for name in (e.name, re.split(r"[.(]", e.name)[-1])}
    assert named - known == {"errors", "extensions.code"}
    assert {"campaigns", "markJoined", "myJobs", "workflow"} <= named


def test_what_is_printed_is_what_introspection_tells() -> None:
    assert set(elements(build_schema(schema.as_str()))) == set(elements(SERVED))


def test_every_mutation_can_be_tried_out_and_its_payload_says_so() -> None:
    assert SERVED.mutation_type is not None
    for name, field in SERVED.mutation_type.fields.items():
        if name in WITHOUT_TRIAL:
            assert "dryRun" not in field.args
            continue
        assert print_input_value("dryRun", field.args["dryRun"]) == "dryRun: Boolean = false", name
        payload = cast("GraphQLObjectType", get_named_type(field.type))
        assert str(payload.fields["isDryRun"].type) == "Boolean!", name


def test_nothing_depends_on_a_directive_that_a_gateway_may_drop() -> None:
    assert all(map(is_specified_directive, SERVED.directives))


def elements(of: GraphQLSchema) -> Iterator[Element]:
    """Everything of it that is not GraphQL's own."""
    for directive in of.directives:
        if not is_specified_directive(directive):
            name = f"@{directive.name}"
            places = " | ".join(sorted(location.name for location in directive.locations))
            yield Element(name, f"directive on {places}", directive.description)
            yield from _inputs(f"{name}(", directive.args)
    for type_ in of.type_map.values():
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_):
            yield Element(type_.name, type(type_).__name__, type_.description)
            yield from _members(type_)


def _members(type_: GraphQLNamedType) -> Iterator[Element]:
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            for interface in type_.interfaces:
                yield Element(f"{type_.name}.implements {interface.name}", "", "An interface.")
            for name, field in type_.fields.items():
                yield Element(f"{type_.name}.{name}", str(field.type), field.description)
                yield from _inputs(f"{type_.name}.{name}(", field.args)
        case GraphQLInputObjectType():
            yield from _inputs(f"{type_.name}.", type_.fields)
        case GraphQLEnumType():
            for name, value in type_.values.items():
                yield Element(f"{type_.name}.{name}", "value", value.description)
        case _:
            pass


def _inputs(
    owner: str, inputs: Mapping[str, GraphQLArgument | GraphQLInputField]
) -> Iterator[Element]:
    for name, input_ in inputs.items():
        as_argument = cast("GraphQLArgument", input_)  # what is asked here, both have
        form = print_input_value(name, as_argument)
        required = is_required_argument(as_argument)
        yield Element(f"{owner}{name}", form, input_.description, required)
