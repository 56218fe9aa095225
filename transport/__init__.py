"""How a request arrives: GraphQL over HTTP, who calls, idempotency, health, GraphiQL's page."""
