"""Print the schema."""


def print_schema() -> None:
    """Print the GraphQL schema in SDL; `schema.graphql` in this folder holds the same."""
    from schema import schema

    print(schema.as_str())
