"""What is in a cell: numbers, dates, units, words."""
