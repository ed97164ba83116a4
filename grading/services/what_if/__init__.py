"""Try policies on the measured population; nothing here changes a grade."""
