"""ReBattery: from a supplier's claim to a graded, audited pack."""
