"""Answers that stay open: GraphQL over WebSocket, and over Server-Sent Events."""
