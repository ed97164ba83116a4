"""What to do about a value that the rules of recording refuse, for whoever mends the file."""

from collections.abc import Mapping

_FIXES: Mapping[str, str] = {
    "serial": "See the pack's page; take the row out of the file if it is not to be tested now.",
    "instrument": "Name one that may measure on the day of the test; the page of instruments says which.",
    "channel": "Name a channel of this instrument that may measure on the day of the test.",
    "procedure": "Name a procedure for this kind of test that was in use on its day, or leave it empty.",
    "measured_at": "Correct the moment at which the test was made.",
    "voltage_from_v": "Correct the voltage at which the test began.",
    "voltage_to_v": "Correct the voltage at which the test ended.",
    "confirmation": "Read it again: correct the value, or say in this column why it is right.",
    "reason": "Say why it takes the place of the result before.",
}


def fix_of(name: str, heading: str) -> str:
    """Return what to do about the field ``name``, whose column says ``heading``."""
    return _FIXES.get(name) or f"Correct “{heading}” in this row."
