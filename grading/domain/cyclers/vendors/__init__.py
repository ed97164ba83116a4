"""What each maker's files look like, one short declarative file per maker."""
