"""Files of bench results: what their columns mean, what their cells say, how they are written for people."""
