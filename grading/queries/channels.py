"""Channels of the bench: which are busy with what, until when, and how long a set of tests will take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from grading.domain.durations import minutes_of, steps_of
from grading.models import BenchRun, CapacityTest, Channel, ChannelUse, ProcedureVersion, ResistanceTest
from grading.models.test_run import STANDS
from grading.queries.instruments import CAPACITY_KINDS, RESISTANCE_KINDS, Standing, standings
from grading.queries.procedures import pickable
from intake.domain.lifecycle import Status
from intake.models import Pack

Kind = ProcedureVersion.Kind
LATELY = timedelta(days=90)
OPEN_STATES = (Status.ANNOUNCED, Status.RECEIVED, Status.INSPECTED)
"""States of packs that still may be tested."""


@dataclass(frozen=True)
class ChannelState:
    """One channel now."""

    channel: Channel
    use: ChannelUse | None
    runs: Sequence[BenchRun]
    """Open bench runs that name it."""
    is_overdue: bool
    fault: str
    """Why this channel may not measure today, though its instrument may; empty when it may."""

    @property
    def is_free(self) -> bool:
        return self.use is None and not self.runs and self.channel.is_active and not self.fault


@dataclass(frozen=True)
class InstrumentBoard:
    """One instrument with its channels."""

    standing: Standing
    channels: Sequence[ChannelState]

    @property
    def is_usable(self) -> bool:
        return not self.standing.fault

    @property
    def free(self) -> int:
        return sum(state.is_free for state in self.channels) if self.is_usable else 0


def board(*, at: datetime) -> list[InstrumentBoard]:
    """Return every instrument in service or in use with its channels; a fixed number of queries."""
    uses = {use.channel_id: use for use in open_uses()}
    runs: dict[Any, list[BenchRun]] = {}
    for run in BenchRun.objects.filter(closed_at__isnull=True).annotate(packs=Count("drafts")).order_by("pk"):
        runs.setdefault(run.head.get("channel_id"), []).append(run)
    found = standings(on=at.date())
    faults = {
        pk: one.why
        for standing in found
        if not standing.fault  # else the instrument says it, once for all its channels
        for pk, one in standing.channels.items()
        if not one.usable
    }
    channels: dict[int, list[ChannelState]] = {}
    for channel in Channel.objects.order_by("instrument_id", "code", "pk"):
        use = uses.get(channel.pk)
        if channel.is_active or use:
            is_overdue = use is not None and use.expected_end_at < at
            state = ChannelState(
                channel, use, runs.get(channel.pk, ()), is_overdue, faults.get(channel.pk, "")
            )
            channels.setdefault(channel.instrument_id, []).append(state)
    return [
        InstrumentBoard(standing, channels.get(standing.instrument.pk, ()))
        for standing in found
        if standing.instrument.is_active or channels.get(standing.instrument.pk)
    ]


def open_uses() -> QuerySet[ChannelUse]:
    """Return what runs now, with pack, procedure and channel."""
    rows = ChannelUse.objects.filter(ended_at__isnull=True)
    return rows.select_related("pack", "procedure", "channel__instrument")


def all_uses() -> QuerySet[ChannelUse]:
    """Return every use of every channel, with pack, procedure and channel."""
    return ChannelUse.objects.select_related("pack", "procedure", "channel__instrument")


@dataclass(frozen=True)
class Share:
    """One kind of test that is still to be done."""

    label: str
    tests: int
    procedure: ProcedureVersion | None
    """None when no procedure of the kind is published: then nothing can be estimated."""
    minutes: int
    """Of one test."""
    channels: int
    """That it is shared among."""
    is_any_free: bool
    """False: none of ``channels`` is free now, all are busy."""

    @property
    def hours(self) -> float | None:
        """Hours from now on until all are done; None when they cannot be estimated."""
        if not self.tests:
            return 0.0
        if self.procedure is None or not self.channels:
            return None
        rounds = -(-self.tests // self.channels)
        return rounds * self.minutes / 60

    @property
    def words(self) -> str:
        """Say how the hours come about, or why there are none."""
        if self.procedure is None:
            return "no procedure is published: cannot be estimated"
        if not self.channels:
            return "no channel of an instrument that may measure today: cannot be estimated"
        state = "free channel" if self.is_any_free else "channel, none of them free now,"
        plural = state.replace("channel", "channels") if self.channels > 1 else state
        return f"{self.minutes / 60:.1f} h each by {self.procedure}, on {self.channels} {plural}".rstrip(",")


@dataclass(frozen=True)
class Estimate:
    """How long the tests of a set of packs will take."""

    shares: tuple[Share, Share]
    is_shared: bool
    """Both kinds of test use the same channels, one after the other."""

    @property
    def hours(self) -> float | None:
        """Hours until the last test is done; None when a part cannot be estimated."""
        found = [share.hours for share in self.shares]
        if any(hours is None for hours in found):
            return None
        known = [hours for hours in found if hours is not None]
        return sum(known) if self.is_shared else max(known)

    @property
    def tests(self) -> int:
        return sum(share.tests for share in self.shares)


def estimate_for(*, packs: QuerySet[Pack], at: datetime) -> Estimate:
    """Return how long the missing tests of ``packs`` will take, in a fixed number of queries."""
    boards = board(at=at)
    counts = _missing(packs)
    capacity = _channels(boards, CAPACITY_KINDS)
    testers = _channels(boards, ("ir_tester",))
    resistance = testers if testers[0] else _channels(boards, RESISTANCE_KINDS)
    return Estimate(
        shares=(
            _share("Capacity tests", counts["capacity"], Kind.CAPACITY, capacity, at),
            _share("Resistance tests", counts["resistance"], Kind.RESISTANCE, resistance, at),
        ),
        is_shared=not testers[0],
    )


def _missing(packs: QuerySet[Pack]) -> Mapping[str, int]:
    has_capacity = Exists(CapacityTest.objects.filter(STANDS, pack=OuterRef("pk")))
    has_resistance = Exists(ResistanceTest.objects.filter(STANDS, pack=OuterRef("pk")))
    rows = packs.filter(status__in=OPEN_STATES).order_by()
    return rows.annotate(has_capacity=has_capacity, has_resistance=has_resistance).aggregate(
        capacity=Count("pk", filter=Q(has_capacity=False)),
        resistance=Count("pk", filter=Q(has_resistance=False)),
    )


def _channels(boards: Sequence[InstrumentBoard], kinds: Sequence[str]) -> tuple[int, bool]:
    """Return how many channels can take tests, and whether they are free; all of them when none is."""
    mine = [one for one in boards if one.is_usable and one.standing.instrument.kind in kinds]
    free = sum(one.free for one in mine)
    return (free, True) if free else (sum(not state.fault for one in mine for state in one.channels), False)


def _share(
    label: str, tests: int, kind: ProcedureVersion.Kind, channels: tuple[int, bool], at: datetime
) -> Share:
    procedure = _usual_procedure(kind, at)
    minutes = minutes_of(steps_of(procedure.document)) if procedure else 0
    return Share(label, tests, procedure, minutes, *channels)


def _usual_procedure(kind: ProcedureVersion.Kind, at: datetime) -> ProcedureVersion | None:
    """Return the procedure of ``kind`` that most results of late follow, else the one published first."""
    model = CapacityTest if kind == ProcedureVersion.Kind.CAPACITY else ResistanceTest
    late = model._default_manager.filter(at__gte=at - LATELY, procedure__isnull=False).order_by()
    used = dict(late.values_list("procedure__code").annotate(count=Count("pk")))
    versions = pickable(kinds=[kind])
    return min(versions, key=lambda one: (-used.get(one.code, 0), one.published_at, one.pk), default=None)
