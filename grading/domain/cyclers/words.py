"""Numbers of findings in words a person reads."""


def duration(seconds: float) -> str:
    """Return a span such as ``12.5 s``, ``37 min`` or ``3 h 05 min``."""
    if seconds < 120:
        return f"{seconds:.4g} s"
    if seconds < 7200:
        return f"{seconds / 60:.4g} min"
    hours, rest = divmod(round(seconds / 60), 60)
    return f"{hours} h {rest:02d} min"


def amount(value: float, unit: str) -> str:
    """Return a value with five significant digits and its unit."""
    return f"{value:.5g} {unit}"
