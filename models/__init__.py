"""What is stored: Tortoise models, one file a noun, and their migrations."""
