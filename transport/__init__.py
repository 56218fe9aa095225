"""What arrives: GraphQL over HTTP, tokens, health, GraphiQL's page."""
