"""What operators see of the server: metrics, traces, and what is logged of each request."""
