"""Instruments as lists and pickers show them: usable or not, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from grading.domain import calibration as rules
from grading.models import (
    Calibration,
    Channel,
    ControlMeasurement,
    Instrument,
    InstrumentDeclaration,
    ProcedureVersion,
    ReferenceItem,
)

CAPACITY_KINDS = (Instrument.Kind.CYCLER,)
"""Only a cycler can empty a pack."""
RESISTANCE_KINDS = (Instrument.Kind.IR_TESTER, Instrument.Kind.CYCLER)
KINDS_OF: Mapping[str, Sequence[str]] = {
    ReferenceItem.Quantity.CAPACITY: CAPACITY_KINDS,
    ReferenceItem.Quantity.DCIR: RESISTANCE_KINDS,
    ReferenceItem.Quantity.ACIR: RESISTANCE_KINDS,
}
"""Which instruments may measure a reference item."""
KINDS_FOR: Mapping[str, Sequence[str]] = {
    ProcedureVersion.Kind.CAPACITY: CAPACITY_KINDS,
    ProcedureVersion.Kind.RESISTANCE: RESISTANCE_KINDS,
    ProcedureVersion.Kind.SCREEN: RESISTANCE_KINDS,
}
"""Which instruments may make a kind of test."""
STANDINGS = (
    ("usable", "May measure"),
    ("unusable", "In service but not usable"),
    ("lapsed", "Calibration does not hold"),
    ("failed", "Failed or in doubt"),
    ("inactive", "Out of service"),
)


UNUSABLE = ("lapsed", "failed")


@dataclass(frozen=True)
class Standing:
    """An instrument on one day."""

    instrument: Instrument
    fault: str
    """Why it may not measure on that day; empty when it may, at least by one of its channels."""
    since: date | None = None
    """Since when not."""
    certificate_number: str = ""
    """The certificate of the whole instrument that holds that day."""
    channels: Mapping[int, rules.Standing] = field(default_factory=dict)
    """Of each channel in service, by its key."""
    in_service: Sequence[Channel] = ()
    """Those channels, by code."""

    @property
    def label(self) -> str:
        """Name it for a picker, with what stands against it."""
        return f"{self.instrument} — {self.fault}" if self.fault else str(self.instrument)

    @property
    def words(self) -> str:
        """Say whether it may measure."""
        return self.fault or "May measure"

    @property
    def kind(self) -> str:
        """Return which of the words of ``STANDINGS`` fits a faulty one, or usable."""
        if not self.fault:
            return "usable"
        if not self.instrument.is_active:
            return "inactive"
        return "failed" if "ailed its c" in self.fault or "eclared bad" in self.fault else "lapsed"


def proofs_of(*, instruments: Iterable[Instrument]) -> dict[int, rules.Proof]:
    """Return all that speaks for and against each of ``instruments``, by key; three queries."""
    rows = {instrument.pk: instrument for instrument in instruments}
    certificates: dict[int, list[rules.Certificate]] = defaultdict(list)
    checks: dict[int, list[rules.Check]] = defaultdict(list)
    declarations: dict[int, list[rules.Declaration]] = defaultdict(list)
    for calibration in _counting(Calibration.objects, rows).select_related("channel").order_by("pk"):
        certificates[calibration.instrument_id].append(certificate_of(calibration))
    approved = InstrumentDeclaration.objects.filter(instrument_id__in=rows, state__in=["queued", "done"])
    for declared in approved.select_related("channel").order_by("pk"):
        declarations[declared.instrument_id].append(declaration_of(declared))
    for measured in _counting(ControlMeasurement.objects, rows).select_related("channel", "item"):
        checks[measured.instrument_id].append(check_of(measured))
    return {
        key: rules.Proof(
            certificates=certificates[key],
            checks=checks[key],
            declarations=declarations[key],
            is_active=instrument.is_active,
            inactive_since=instrument.inactive_since_date,
        )
        for key, instrument in rows.items()
    }


def _counting(manager: Any, instruments: Mapping[int, Instrument]) -> QuerySet[Any]:
    # What a channel out of service showed speaks neither for nor against the others.
    in_service = Q(channel__isnull=True) | Q(channel__is_active=True)
    rows: QuerySet[Any] = manager.filter(in_service, instrument_id__in=instruments, withdrawn_at__isnull=True)
    return rows


def certificate_of(calibration: Calibration) -> rules.Certificate:
    """Return what the rules look at in a calibration."""
    return rules.Certificate(
        number=calibration.certificate_number,
        valid_from=calibration.valid_from_date,
        valid_to=calibration.valid_to_date,
        has_passed=calibration.has_passed,
        recorded_at=calibration.at,
        channel=calibration.channel.code if calibration.channel else "",
    )


def declaration_of(declared: InstrumentDeclaration) -> rules.Declaration:
    """Return what the rules look at in an approved declaration."""
    assert declared.settled_at is not None  # it is approved
    return rules.Declaration(
        since=declared.since_at,
        why=declared.reason,
        approved_at=declared.settled_at,
        channel=declared.channel.code if declared.channel else "",
    )


def check_of(measured: ControlMeasurement) -> rules.Check:
    """Return what the rules look at in a control measurement."""
    tolerance = f"{measured.tolerance_percent.normalize():f}"
    return rules.Check(
        item=measured.item.code,
        measured_at=measured.measured_at,
        recorded_at=measured.at,
        has_passed=measured.has_passed,
        words=f"{measured.item.code}: {measured.deviation_percent:+.2f} %, tolerance {tolerance} %",
        channel=measured.channel.code if measured.channel else "",
        person_id=measured.person_id,
    )


def standings(*, on: date, of: Iterable[Instrument] | None = None) -> list[Standing]:
    """Return every instrument, those in service first, by code; or those ``of``; four queries or five."""
    rows = list(Instrument.objects.order_by("-is_active", "code", "pk") if of is None else of)
    proofs = proofs_of(instruments=rows)
    channels: dict[int, list[Channel]] = defaultdict(list)
    in_service = Channel.objects.filter(instrument__in=[row.pk for row in rows], is_active=True)
    for channel in in_service.order_by("code", "pk"):
        channels[channel.instrument_id].append(channel)
    return [_standing(row, proofs[row.pk], channels[row.pk], on) for row in rows]


def _standing(instrument: Instrument, proof: rules.Proof, channels: Sequence[Channel], on: date) -> Standing:
    whole = proof.on(on)
    by_channel = {channel.pk: proof.on(on, channel.code) for channel in channels}
    usable = whole.usable or any(each.usable for each in by_channel.values())
    return Standing(
        instrument,
        "" if usable else whole.why,
        None if usable else whole.since,
        whole.certificate_number,
        by_channel,
        channels,
    )


def standing_of(*, instrument: Instrument, on: date) -> Standing:
    """Return whether ``instrument`` may measure on the day ``on``; four queries."""
    return standings(on=on, of=[instrument])[0]


def all_instruments() -> QuerySet[Instrument]:
    """Return every instrument with ``valid_to``: when the last passed certificate of the whole of it ends."""
    passed = Q(
        calibrations__has_passed=True, calibrations__withdrawn_at=None, calibrations__channel__isnull=True
    )
    return Instrument.objects.annotate(
        valid_to=Coalesce(Max("calibrations__valid_to_date", filter=passed), date(1970, 1, 1))
    )


def named(instruments: QuerySet[Instrument], text: str) -> QuerySet[Instrument]:
    """Keep the instruments whose code or name contains ``text``."""
    return instruments.filter(Q(code__icontains=text) | Q(name__icontains=text))


def in_standing(instruments: QuerySet[Instrument], word: str, day: date) -> QuerySet[Instrument]:
    """Keep the instruments that stand on ``day`` as ``word``, one of ``STANDINGS``, says.

    Judged one by one: there are as many instruments as a hall holds, not as many as packs.
    """
    wanted = UNUSABLE if word == "unusable" else (word,)
    found = [each.instrument.pk for each in standings(on=day) if each.kind in wanted]
    return instruments.filter(pk__in=found)


def standings_of_kinds(*, kinds: Sequence[str], on: date) -> list[Standing]:
    """Return the instruments that can measure a thing, those that may not today included, with the reason."""
    return [standing for standing in standings(on=on) if standing.instrument.kind in kinds]


def certificate_on(*, proof: rules.Proof, measured_at: datetime, channel: Channel | None) -> str:
    """Return the number of the certificate that held on the day of a test."""
    return proof.on(measured_at.date(), channel.code if channel else "").certificate_number
