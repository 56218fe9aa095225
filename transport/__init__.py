"""How a request arrives: GraphQL over HTTP, who the caller is, idempotency, health, GraphiQL's page."""
