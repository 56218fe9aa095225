"""The streaming protocols: GraphQL over WebSocket, and over Server-Sent Events."""
