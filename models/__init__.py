"""What is stored, one file a noun, and the rules of who may take part: the workflow."""
