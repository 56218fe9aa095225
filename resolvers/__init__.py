"""What a field does: queries, mutations, and what they share."""
