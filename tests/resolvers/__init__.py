"""Every field and mutation, asked in GraphQL, on both databases."""
