"""Each touchpoint with graphql-core and Strawberry that their documentation does not cover.

After an upgrade, the name of the test that fails says what has changed.
"""

import asyncio
import inspect
import re
from pathlib import Path as File
from types import SimpleNamespace
from typing import Annotated, Any, cast

import pytest
import strawberry
from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableValues,
    get_variable_values,
    parse,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from projection import internals
from projection.internals import Completed, Executor, Path, resolve_info

ROOT = File(__file__).parent.parent.parent
DOCUMENT = "query Q($first_names: [String!] = []) { said(firstNames: $first_names) { words } }"
SEEN: list[Any] = []
"""The info of each call."""


@strawberry.input
class Wanted:
    class_: str | None = strawberry.field(name="class")
    size: int = 3
    tags: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class Said:
    words: str


def said(info: strawberry.Info, first_names: list[str] | None = None) -> Completed:
    SEEN.append(info)
    return Completed({"words": " ".join(first_names or [])})


@strawberry.type
class Query:
    plain: str = "plain"
    said: Any = strawberry.field(said, graphql_type=Said | None, metadata={"key": 7})

    @strawberry.field
    def want(self, wanted: Annotated[Wanted, strawberry.argument(name="this")]) -> str:
        return wanted.class_ or "nothing"

    @strawberry.field
    async def later(self) -> str:
        return "later"


class Schema(internals.Schema):
    description = "Words."


THEIRS: Any = StrawberryGraphQLCoreExecutionContext
SCHEMA = Schema(Query)
CORE = internals.core_schema(SCHEMA)
FIELDS: dict[str, Any] = CORE.query_type.fields if CORE.query_type else {}


def operation(text: str = DOCUMENT) -> OperationDefinitionNode:
    [node] = parse(text).definitions
    assert isinstance(node, OperationDefinitionNode)
    return node


def field_node(text: str = DOCUMENT) -> FieldNode:
    [node] = operation(text).selection_set.selections
    assert isinstance(node, FieldNode)
    return node


def executor(text: str = DOCUMENT, **given: Any) -> Executor:
    node = operation(text)
    values = get_variable_values(CORE, node.variable_definitions or (), given)
    assert isinstance(values, VariableValues)
    return Executor.of(CORE, node, {}, values, "context")


def executed(text: str = DOCUMENT, **given: Any) -> ExecutionResult:
    return asyncio.run(executor(text, **given).execute())


# Execution


def test_completed_values_are_taken_as_they_are():
    assert executed(first_names=["a", "b"]).data == {"said": {"words": "a b"}}


def test_complete_value_has_the_parameters_that_we_pass_on():
    theirs = THEIRS.complete_value
    assert list(inspect.signature(theirs).parameters) == list(
        inspect.signature(Executor.complete_value).parameters
    )


def test_build_resolve_info_gives_what_strawberry_gives():
    asked, path = executor(first_names=["a"]), Path(None, "said", "Query")
    query: Any = CORE.query_type
    given = (FIELDS["said"], [field_node()], query, path)
    ours = asked.build_resolve_info(*given)
    theirs = THEIRS.build_resolve_info(asked, *given)
    assert ours._asdict() == theirs._asdict()
    assert (ours.executor, ours.arguments) == (asked, {"firstNames": ["a"]})


def test_resolve_info_is_behind_strawberrys_info():
    SEEN.clear()
    executed(first_names=["a"])
    [info] = SEEN
    assert resolve_info(info).arguments == {"firstNames": ["a"]}
    assert resolve_info(info).executor.context_value == "context"


def test_an_executor_has_no_state_that_a_copy_for_a_call_would_share():
    kept = executor()
    copy = kept.for_call("other", VariableValues({}, {}))
    new = {name for name, value in vars(copy).items() if value is not vars(kept)[name]}
    assert new == {"context_value", "variable_values", "collected_errors", "_relevant_sub_fields"}
    assert set(vars(kept)) - new == {
        # Of the operation:
        "schema",
        "fragment_definitions",
        "fragments",
        "root_value",
        "operation",
        "field_resolver",
        "type_resolver",
        "subscribe_field_resolver",
        "enable_early_execution",
        "hide_suggestions",
        "error_propagation",
        "middleware_manager",
        "is_awaitable",
        "is_async_iterable",
        # Of requests, but only of those that are executed, abort or stream:
        "abort_signal",
        "hooks",
        "async_helpers",
        "operation_extensions",
        "pending_incremental_futures",
        "background_futures",
        "async_work_finished_hook_task",
        "_stream_usages",
        "_deferred_execution_plans",
        "_initial_execution_plans",
        "defer_usage_set",
        "groups",
        "streams",
        "tasks",
    }


def test_relevant_sub_fields_are_kept_by_the_executor():
    asked = executor()
    details = internals.details_of([field_node()])
    said_type = internals.object_type(internals.type_of(FIELDS["said"]))
    collected = asked.collect_subfields(said_type, details).grouped_field_set
    assert [(key, found[0].node.name.value) for key, found in collected.items()] == [
        ("words", "words")
    ]
    assert len(vars(asked)["_relevant_sub_fields"]) == 1


def test_default_resolvers_read_attributes():
    asked = executor("{ plain }")
    asked.root_value = SimpleNamespace(plain="plain")
    assert asyncio.run(asked.execute()).data == {"plain": "plain"}


def test_optimized_is_awaitable_finds_coroutines():
    assert executed("{ later }").data == {"later": "later"}


def test_handle_field_error_places_an_error_or_raises_it_where_null_cannot_stand():
    for name, stands in (("said", True), ("want", False)):
        asked, node = executor(), field_node(f"{{ {name} }}")
        path = Path(None, name, "Query")
        assert asked.fail(ValueError("no"), FIELDS[name], node, path) is stands
        [error] = asked.collected_errors.errors
        assert (error.message, error.path, error.nodes) == ("no", [name], [node])


def test_collected_errors_keep_none_of_the_same_place_or_below():
    asked = executor()
    for path in (["a", "b"], ["a", "b"], ["a", "b", "c"], ["a", "d"]):
        asked.report(GraphQLError("no", path=path))
    assert [error.path for error in asked.collected_errors.errors] == [["a", "b"], ["a", "d"]]


# Documents


def test_validate_document_has_strawberrys_rules():
    ways = [internals.validate(CORE, parse(text)) for text in ("{ want }", "{ later }")]
    assert [bool(errors) for errors in ways] == [True, False]


def test_get_variable_signature_gives_the_variables_name_or_an_error():
    [variable] = list(operation().variable_definitions or ())
    signature = internals.signature_of(CORE, variable)
    assert signature is not None
    assert signature.name == "first_names"
    [variable] = list(operation("query($a: Said) { plain }").variable_definitions or ())
    assert internals.signature_of(CORE, variable) is None


def test_variable_value_source_is_what_variable_values_are_made_of():
    [variable] = list(operation().variable_definitions or ())
    read = get_variable_values(CORE, [variable], {"first_names": ["a"]})
    assert isinstance(read, VariableValues)
    signature = read.sources["first_names"].signature
    source = internals.VariableValueSource(signature, ["a"])
    assert VariableValues({"first_names": source}, {"first_names": ["a"]}) == read


# Strawberry's definitions


def test_collect_fields_finds_the_root_fields_that_are_left():
    text = """query Q($no: Boolean!) {
        plain @include(if: $no) a: plain ... @skip(if: $no) { a: plain b: later } c: __typename
    }"""
    left = [str(node.alias and node.alias.value) for node in executor(text, no=False).root_fields()]
    assert left == ["a", "b", "c"]


def test_print_schema_definition_has_the_description():
    assert SCHEMA.as_str().startswith('"""Words."""\nschema {')


def test_core_schema_is_what_strawberry_executes_on():
    assert CORE.type_map.keys() >= {"Query", "Said", "Wanted"}


def test_definition_of_a_field_is_what_info_takes():
    info: Any = strawberry.Info(cast("Any", None), internals.definition_of(FIELDS["said"]))
    assert info.python_name == "said"


def test_python_name_of_arguments_and_input_fields():
    assert internals.python_name(FIELDS["want"].args["this"]) == "wanted"
    assert internals.python_name(FIELDS["said"].args["firstNames"]) == "first_names"
    assert internals.python_name(cast("Any", CORE.type_map["Wanted"]).fields["class"]) == "class_"


def test_has_default_knows_defaults_and_factories():
    fields: Any = cast("Any", CORE.type_map["Wanted"]).fields
    found = {name: internals.has_default(field) for name, field in fields.items()}
    assert found == {"class": False, "size": True, "tags": True}


def test_input_class_is_the_decorated_class():
    assert internals.input_class(CORE.type_map["Wanted"]) is Wanted


def test_metadata_of_a_field():
    assert internals.metadata_of(FIELDS["said"]) == {"key": 7}
    assert not internals.metadata_of(FIELDS["plain"])


def test_method_of_a_field_is_the_function_as_it_was_written():
    assert internals.method_of(FIELDS["said"]) is said


# GraphQL types


@pytest.mark.parametrize(
    ("name", "type_name", "is_list", "is_non_null"),
    [("plain", "String", False, True), ("said", "Said", False, False)],
)
def test_types_without_their_wrappers(name: str, type_name: str, is_list: bool, is_non_null: bool):
    found = internals.type_of(FIELDS[name])
    assert internals.named_type(found).name == type_name
    assert (internals.is_list(found), internals.is_non_null(found)) == (is_list, is_non_null)
    argument = internals.type_of(FIELDS["said"].args["firstNames"])
    assert (internals.is_list(argument), internals.is_non_null(argument)) == (True, False)


# Nowhere else

_INSIDE = re.compile(
    r"from graphql\.\S+ import|import graphql\.|from strawberry\.(?!schema\.config )\S*schema"
    r"|_raw_info|(?<!self)\._schema\b|strawberry\.execution|BACKREF|wrapped_func|reportPrivate"
)


def test_nobody_else_reaches_inside():
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for package in ("commands", "execution", "projection", "resolvers", "schema", "transport")
        for file in sorted((ROOT / package).rglob("*.py"))
        if file.name != "internals.py"
        for line in file.read_text().splitlines()
        if _INSIDE.search(line)
    ]
    assert found == []


def test_variable_faults_are_what_get_variable_values_refuses_with_the_paths():
    query = "query Q($names: [String!]!, $this: Wanted, $left: String) { plain }"
    nodes = operation(query).variable_definitions or ()
    given = {"names": ["a", 1], "this": {"class": 2, "other": 3}}
    refused = get_variable_values(CORE, nodes, given)
    assert isinstance(refused, list)
    faults = list(internals.variable_faults(CORE, nodes, given))
    assert [fault.message for fault in faults] == [error.message for error in refused]
    assert ("names", [1]) in [(fault.variable, fault.path) for fault in faults]
    assert [fault.variable for fault in internals.variable_faults(CORE, nodes, {})] == ["names"]


def test_a_parsed_document_has_no_links_between_its_tokens() -> None:
    document = internals.parse("{ a b } # and more", 50, 50)
    assert internals.token_count(document) == 5
    assert document.loc is not None
    for token in (document.loc.start_token, document.loc.end_token):
        assert (token.prev, token.next) == (None, None)
