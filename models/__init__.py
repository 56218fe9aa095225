"""What is stored, and the rules of who may take part: Tortoise models, one file a noun, and the workflow."""
