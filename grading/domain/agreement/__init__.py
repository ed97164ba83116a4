"""Agreement of reported with measured SOH: pure statistics on pairs."""
