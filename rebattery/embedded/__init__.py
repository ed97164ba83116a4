"""The embedded PostgreSQL and Valkey, run as our own children, for development, tests and demonstrations."""
