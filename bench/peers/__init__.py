"""The servers that Joinery is measured beside."""
