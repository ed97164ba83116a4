"""Whether an instrument may measure on a day: its certificates, its checks, and what was declared of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rebattery.dates import begin_of, day_in_words

LONGEST_INTERVAL_DAYS = 5 * 366
"""A longer interval is a slip of the pen: laboratories certify for a year or two."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """One calibration; a passed one holds in ``[valid_from, valid_to)``."""

    number: str
    valid_from: date
    """The day of the calibration."""
    valid_to: date
    """First day on which it no longer holds."""
    has_passed: bool
    recorded_at: datetime
    """Tells what came first on one day."""
    channel: str = ""
    """Code of the one channel that it is about; empty for the whole instrument."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One control measurement of a reference item."""

    item: str
    measured_at: datetime
    recorded_at: datetime
    """Tells what came first of one moment: people note a check to the minute."""
    has_passed: bool
    words: str
    """Such as "REF-1: +2.31 %, tolerance 1 %"."""
    channel: str = ""
    person_id: int | None = None
    """Who measured; none for nobody who could answer for it."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """That two people declared the instrument, or one channel, bad since a moment."""

    since: datetime
    why: str
    approved_at: datetime
    channel: str = ""

    def concerns(self, channel: str) -> bool:
        """Return whether it speaks against ``channel``, or with "" against the instrument as a whole."""
        return not self.channel or not channel or channel == self.channel

    def until(
        self, certificates: Sequence[Certificate], checks: Sequence[Check], channel: str
    ) -> datetime | None:
        """Return when a passed calibration, or checks by two people, ended it for ``channel``; else None.

        Two people declared it, so no single person's check takes that back. Only what was made after the
        approval counts: what was known before it did not keep them from declaring the instrument bad. A
        certificate names no hour; on the day of the approval it ends the declaration at once.
        """
        scopes = ("", self.channel or channel)
        later = [each for each in checks if each.channel in scopes and each.measured_at > self.approved_at]
        ends = [*_second_passes(later)]
        ends += [
            max(begin_of(each.valid_from), self.approved_at)
            for each in certificates
            if each.has_passed
            and each.channel in scopes
            and each.valid_from >= self.approved_at.date()
            and each.recorded_at > self.approved_at
        ]
        return min(ends, default=None)


@dataclass(frozen=True)
class Standing:
    """Whether an instrument, or one channel, may measure on a day."""

    usable: bool
    why: str = ""
    """Why not; empty when it may."""
    since: date | None = None
    """Since when not; None when that is not known."""
    certificate_number: str = ""
    """The certificate that holds that day."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """All that speaks for and against one instrument."""

    certificates: Sequence[Certificate] = ()
    checks: Sequence[Check] = ()
    declarations: Sequence[Declaration] = ()
    is_active: bool = True
    inactive_since: date | None = None

    def on(self, day: date, channel: str = "") -> Standing:
        """Say whether the instrument, or its ``channel``, may measure on ``day``, from all known today.

        It may when it is in service, nobody declared it bad on that day, no failed calibration or check
        speaks against that day, and a passed certificate holds on it: ``valid_from <= day < valid_to``; of
        several, the newest counts.

        A failed calibration or check speaks against every day from the last passed one before it, that day
        not included, to the next passed one, that day not included either. So a failure found today also
        reaches back over what nobody had proven. A passed check answers for its own reference item only, a
        passed calibration for everything. What is about one channel speaks against that channel, and against
        the instrument as a whole when no channel is named; a channel's certificate never covers the whole.

        A declaration speaks against every day from its first to the day on which it ends, that day not
        included; see :meth:`Declaration.until`.

        A result may be recorded when this holds on the day of its test *and* on the day of recording.
        """
        if not self.is_active:
            return Standing(False, "Out of service", self.inactive_since)
        for item in sorted(self.declarations, key=lambda item: item.since):
            if item.concerns(channel) and item.since.date() <= day:
                until = item.until(self.certificates, self.checks, channel)
                if until is None or day < until.date():
                    return Standing(False, _declared(item), item.since.date())
        if doubts := [*_doubts(self.certificates, self.checks, day, channel)]:
            since, why = min(doubts)
            return Standing(False, why, since)
        return _covered([each for each in self.certificates if each.channel in ("", channel)], day)

    def declared_bad(self, moment: datetime, channel: str = "") -> str:
        """Say that the instrument was declared bad at ``moment``; empty when it was not.

        Finer than the day of :meth:`on`: on the day on which an instrument comes back, what it measured
        before that stays out of force.
        """
        for item in self.declarations:
            if item.concerns(channel) and item.since <= moment:
                until = item.until(self.certificates, self.checks, channel)
                if until is None or moment < until:
                    return _declared(item)
        return ""


def _second_passes(checks: Sequence[Check]) -> Iterator[datetime]:
    """Yield when a second person passed a check; a failed one in between makes both begin anew."""
    people: set[int] = set()
    for each in sorted(checks, key=lambda each: (each.measured_at, each.recorded_at, not each.has_passed)):
        if not each.has_passed:
            people.clear()
        elif each.person_id is not None:
            people.add(each.person_id)
            if len(people) > 1:
                yield each.measured_at


def _declared(item: Declaration) -> str:
    of = f"Channel {item.channel}: d" if item.channel else "D"
    return f"{of}eclared bad since {day_in_words(item.since.date())}: {item.why}"


def _covered(certificates: Sequence[Certificate], on: date) -> Standing:
    passed = sorted(
        (each for each in certificates if each.has_passed),
        key=lambda each: (each.valid_from, each.recorded_at),
    )
    holding = [each for each in passed if each.valid_from <= on < each.valid_to]
    if holding:
        return Standing(True, certificate_number=holding[-1].number)
    ended = [each for each in passed if each.valid_to <= on]
    if ended:
        last = max(ended, key=lambda each: (each.valid_to, each.recorded_at))
        why = f"Calibration lapsed on {day_in_words(last.valid_to)} (certificate {last.number})"
        return Standing(False, why, last.valid_to)
    if passed:
        first = passed[0]
        return Standing(False, f"Certificate {first.number} holds only from {day_in_words(first.valid_from)}")
    return Standing(False, "No certificate is recorded for the whole of it")


@dataclass(frozen=True)
class _Proof:
    day: date
    at: datetime
    recorded_at: datetime
    has_passed: bool
    words: str


def _doubts(
    certificates: Sequence[Certificate], checks: Sequence[Check], on: date, channel: str
) -> Iterator[tuple[date, str]]:
    """Yield since when and why ``on`` is in doubt, by every stream of proofs that says so."""
    facts: list[Certificate | Check] = [*certificates, *checks]
    named = {each.channel for each in facts if each.channel}
    for scope in [channel] if channel else ["", *sorted(named)]:
        calibrations = [_of_certificate(each) for each in certificates if each.channel in ("", scope)]
        passed = [each for each in calibrations if each.has_passed]
        mine = [each for each in checks if each.channel in ("", scope)]
        streams = [calibrations]
        for item in sorted({each.item for each in mine}):
            streams.append([*passed, *(_of_check(each) for each in mine if each.item == item)])
        for stream in streams:
            # Of what was recorded at one moment too, the failure counts.
            in_order = sorted(
                stream, key=lambda each: (each.day, each.at, each.recorded_at, not each.has_passed)
            )
            if doubt := _doubt(in_order, on):
                since, why = doubt
                yield since, f"Channel {scope}: {why}" if scope and not channel else why


def _of_certificate(each: Certificate) -> _Proof:
    words = f"Failed its calibration on {day_in_words(each.valid_from)} (certificate {each.number})"
    return _Proof(each.valid_from, each.recorded_at, each.recorded_at, each.has_passed, words)


def _of_check(each: Check) -> _Proof:
    day = each.measured_at.date()
    words = f"Failed its check on {day_in_words(day)} ({each.words})"
    return _Proof(day, each.measured_at, each.recorded_at, each.has_passed, words)


def _doubt(stream: Sequence[_Proof], on: date) -> tuple[date, str] | None:
    before = [each for each in stream if each.day <= on]
    if before and not before[-1].has_passed:
        return _first_of_failures(before).day, before[-1].words
    if before and before[-1].day == on:
        return None
    after = next((each for each in stream if each.day > on), None)
    if after is None or after.has_passed:
        return None
    since = before[-1].day if before else on
    proven = f", last proven on {day_in_words(since)}" if before else ""
    return since, f"{after.words}{proven}"


def _first_of_failures(before: Sequence[_Proof]) -> _Proof:
    """Return the first of the failures that ``before`` ends with: since then it is unusable."""
    found = before[-1]
    for each in reversed(before):
        if each.has_passed:
            break
        found = each
    return found


def period_faults(*, valid_from: date, valid_to: date, today: date) -> dict[str, str]:
    """Return what is wrong with a certificate's period, by field name; empty when nothing is."""
    if valid_from > today:
        return {"valid_from_date": "This day is still to come."}
    if valid_to <= valid_from:
        return {"valid_to_date": "The certificate must end after it begins."}
    if (valid_to - valid_from).days > LONGEST_INTERVAL_DAYS:
        return {"valid_to_date": "Longer than five years: check the year."}
    return {}
