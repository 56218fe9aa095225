"""The two databases behind Tortoise, each with what its stock client lacks."""
