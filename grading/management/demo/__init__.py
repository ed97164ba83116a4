"""The demo: a year at a second-life business, lived through the services."""
