"""Whether an instrument's calibration holds on a day."""

from datetime import date

from rebattery.dates import day_in_words

LONGEST_INTERVAL_DAYS = 5 * 366
"""A longer interval is a slip of the pen: laboratories certify for a year or two."""


def why_unusable(
    *, is_active: bool, certificate_number: str, valid_from: date, valid_to: date, on: date
) -> str:
    """Say why an instrument may not measure on the day ``on``; empty when it may.

    A certificate holds in ``[valid_from, valid_to)``: on the day ``valid_to`` it no longer does.
    """
    if not is_active:
        return "Out of service"
    if on < valid_from:
        return f"Certificate {certificate_number} holds only from {day_in_words(valid_from)}"
    if on >= valid_to:
        return f"Calibration lapsed on {day_in_words(valid_to)} (certificate {certificate_number})"
    return ""


def period_faults(*, valid_from: date, valid_to: date, today: date) -> dict[str, str]:
    """Return what is wrong with a certificate's period, by field name; empty when nothing is."""
    if valid_from > today:
        return {"calibrated_from_date": "This day is still to come."}
    if valid_to <= valid_from:
        return {"calibrated_to_date": "The certificate must end after it begins."}
    if (valid_to - valid_from).days > LONGEST_INTERVAL_DAYS:
        return {"calibrated_to_date": "Longer than five years: check the year."}
    return {}
