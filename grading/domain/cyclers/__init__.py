"""Tester files: read, checked, and turned into capacities and resistances."""
