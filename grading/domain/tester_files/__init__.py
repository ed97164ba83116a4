"""Files of testers: what is evidently none, of which pack one is, and what a person can answer."""
