"""What is asked about a file, and what mends many rows at once."""
