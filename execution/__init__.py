"""Running a GraphQL operation, whatever protocol brought it."""
