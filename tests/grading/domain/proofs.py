"""Certificates and checks of an instrument, for tests of what they prove."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from grading.domain.calibration import Certificate, Check, Proof

FROM, TO = date(2026, 1, 10), date(2027, 1, 10)
DAY = timedelta(days=1)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def certificate(number="CAL-7", since=FROM, until=TO, *, has_passed=True, channel="", hour=12) -> Certificate:
    return Certificate(
        number=number,
        valid_from=since,
        valid_to=until,
        has_passed=has_passed,
        recorded_at=at(since, hour),
        channel=channel,
    )


def check(day: date, has_passed: bool, *, item="REF-1", channel="", hour=12, recorded=12, by=1) -> Check:
    return Check(
        item=item,
        measured_at=at(day, hour),
        recorded_at=at(day, recorded),
        has_passed=has_passed,
        words=item,
        channel=channel,
        person_id=by,
    )


def passed_twice(moment: datetime, *, has_passed=True, channel="") -> tuple[Check, ...]:
    """Return a check by each of two people at one moment."""
    one = Check(
        item="R", measured_at=moment, recorded_at=moment, has_passed=has_passed, words="R", channel=channel
    )
    return (replace(one, person_id=1), replace(one, person_id=2))


ONE = (certificate(),)


def proof(*checks: Check, certificates=ONE, **fields) -> Proof:
    return Proof(certificates=certificates, checks=checks, **fields)


def proof_of(**fields) -> Proof:
    return Proof(**{"certificates": (certificate(),)} | fields)
