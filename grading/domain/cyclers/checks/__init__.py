"""The judgement of a tester file: never trust a header, counter, sign or clock alone."""
