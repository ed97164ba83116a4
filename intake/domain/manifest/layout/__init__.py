"""Where the table of a file stands, and which column holds which field."""
