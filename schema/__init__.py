"""What clients see: types, inputs, enums and payloads, one file a noun."""
