"""Print the schema."""

from schema import schema


def print_schema() -> None:
    """Print the GraphQL schema in SDL; `schema.graphql` in this folder holds the same."""
    print(schema.as_str())
