"""What a supplier's spreadsheet says, in values that the rest of the product can trust."""
