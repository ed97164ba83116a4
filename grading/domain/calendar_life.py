"""Whether a pack is past the calendar life that its maker gives."""

from datetime import date

from intake.domain.manifest.values.dates import date_bounds


def is_beyond_calendar_life(
    *, years: int | None, produced: str | None, first_used: str | None, on: date
) -> bool | None:
    """Return whether the calendar life has ended before ``on``; None when nobody can tell.

    Dates are those of the manifest: a day, a month, a week or a year, taken at whichever end speaks for the
    pack. A life of 10 years from 2016-11-22 ends with 2026-11-22: that day is within it, the next one is
    beyond (from 29 February it ends with 1 March where there is no such day). The first use is never before
    the production, so it can show that the life has ended, but never that it has not.

    Source: UL 1974 ed. 2 leaves components past the original maker's calendar expiration date out of
    repurposing; a pack whose life or age is not known is not blocked.
    """
    if years is None:
        return None
    starts = [date_bounds(text) for text in (produced, first_used) if text]
    if any(_years_after(latest, years) < on for _, latest in starts):
        return True
    if produced and _years_after(date_bounds(produced)[0], years) >= on:
        return False
    return None


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
