"""What an instrument touched since a moment: results, what rests on them, and whom it concerns.

Every part is one query for any number of results, and is there before anything happens.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    Max,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from grading.domain.blast_radius import Fate, fate_of
from grading.models import (
    Calibration,
    CapacityTest,
    Channel,
    ControlMeasurement,
    Decision,
    DeclaredPack,
    Dispute,
    Grade,
    Instrument,
    InstrumentDeclaration,
    ResistanceTest,
    ReviewCase,
)
from grading.models.decision import CURRENT
from grading.queries.kinds import counting_first
from grading.queries.review_queue import WAITING_STATES
from intake.domain.lifecycle import Status
from intake.domain.separation import Act
from intake.models import Batch, Inspection, Pack, Supplier
from rebattery.dates import begin_of

State = InstrumentDeclaration.State
_SOURCES = {CapacityTest: "capacity_test_id", ResistanceTest: "resistance_test_id"}


def declarations() -> QuerySet[InstrumentDeclaration]:
    """Return all declarations with their instruments, proposed and settled ones."""
    return InstrumentDeclaration.objects.select_related("instrument", "channel", "run")


def declarations_of(*, instrument_id: int) -> list[InstrumentDeclaration]:
    """Return the declarations about an instrument, newest first."""
    return list(declarations().filter(instrument_id=instrument_id).order_by("-pk"))


def declarations_waiting() -> QuerySet[InstrumentDeclaration]:
    """Return the proposals that wait for a second person."""
    return declarations().filter(state=State.PROPOSED)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which results are meant: those of an instrument, or of one channel, measured since a moment."""

    instrument: Instrument
    channel: Channel | None
    since_at: datetime
    until_at: datetime | None = None
    """When it was approved: what was measured later, with the instrument back in use, is not meant."""
    declaration_id: int | None = None
    """Of the declaration, once it is carried out."""
    is_done: bool = False

    @classmethod
    def of(cls, declaration: InstrumentDeclaration) -> "Scope":
        """Return what ``declaration`` is about."""
        return cls(
            instrument=declaration.instrument,
            channel=declaration.channel,
            since_at=declaration.since_at,
            until_at=declaration.settled_at if declaration.is_approved else None,
            declaration_id=declaration.pk,
            is_done=declaration.state == State.DONE,
        )

    def keep(self, tests: QuerySet[Any]) -> QuerySet[Any]:
        """Keep of ``tests`` those that are meant.

        A result that names no channel may have come from any: it is meant too when one channel is bad.
        """
        tests = tests.filter(instrument_id=self.instrument.pk, measured_at__gte=self.since_at)
        if self.until_at:
            tests = tests.filter(measured_at__lte=self.until_at)
        return tests.filter(Q(channel=self.channel) | Q(channel__isnull=True)) if self.channel else tests

    def tests(self, model: type[Model]) -> QuerySet[Any]:
        """Return the results of ``model`` that are meant, standing, superseded and invalidated ones."""
        return self.keep(model._default_manager.all())


def touched_tests(*, scope: Scope, model: type[Model]) -> QuerySet[Any]:
    """Return the results of one kind that are meant, with pack and channel."""
    return scope.tests(model).select_related("pack", "channel", "invalidated_by")


def touched_packs(*, scope: Scope) -> QuerySet[Any]:
    """Return the packs of which there are such results, with ``fate``.

    Before a declaration is carried out ``fate`` says what would become of each; afterwards, what became.
    """
    packs = Pack.objects.select_related("batch", "supplier")
    if scope.is_done:
        row = DeclaredPack.objects.filter(declaration_id=scope.declaration_id, pack=OuterRef("pk"))
        mine = DeclaredPack.objects.filter(declaration_id=scope.declaration_id).values("pack")
        return packs.filter(pk__in=mine).annotate(
            fate=Subquery(row.values("fate")), found_status=Subquery(row.values("status"))
        )
    return packs.filter(pk__in=_packs_of_results(scope)).annotate(fate=_fate(scope), found_status=_STATUS)


_STATUS = Cast("status", CharField())
_KEY: Any = BigIntegerField()


def _packs_of_results(scope: Scope) -> QuerySet[Any]:
    capacity, resistance = (scope.tests(model).order_by().values("pack") for model in _SOURCES)
    return capacity.union(resistance)


def _fate(scope: Scope) -> Case:
    """Say in SQL what :func:`fate_of` says of each state."""
    by_state = {status: fate_of(status=status, rests=True) for status in Status}
    in_danger = {status: fate_of(status=status, rests=True, is_dangerous=True) for status in Status}
    stays = [
        When(Q(status=status) & _is_dangerous(), then=Value(fate.value))
        for status, fate in in_danger.items()
        if fate != by_state[status]
    ]
    moves = [When(status=status, then=Value(fate.value)) for status, fate in by_state.items()]
    rests = Q(pk__in=_packs_that_rest(scope))
    rest = Value(Fate.UNTOUCHED.value)
    fates = Case(*stays, *moves, default=rest)
    return Case(When(rests, then=fates), default=rest, output_field=CharField())


def _is_dangerous() -> Q:
    """Say whether a pack's newest inspection, or the policy's last decision on it, calls for quarantine."""
    found = Inspection.objects.filter(pack=OuterRef("pk"), superseded_by__isnull=True, safety="critical")
    grave = Decision.objects.filter(pack=OuterRef("pk"), grade=Grade.Q)
    # An override stands on the decision that it took the place of.
    overridden = Q(superseded_by__kind=Decision.Kind.OVERRIDE, superseded_by__superseded_by__isnull=True)
    return Q(Exists(found)) | Q(Exists(grave.filter(CURRENT | overridden)))


def _packs_that_rest(scope: Scope) -> QuerySet[Any]:
    """Return the packs whose decision in force, or whose result that would count, is meant.

    One set, not a condition on each pack: the database looks it up instead of asking anew for every pack.
    """
    decided = resting_decisions(scope=scope).filter(CURRENT)
    counting = (
        scope.tests(model).filter(pk=_first_of(model)).order_by().values("pack") for model in _SOURCES
    )
    return decided.order_by().values("pack").union(*counting)


def _first_of(model: type[Model]) -> Subquery:
    return Subquery(counting_first(model._default_manager.filter(pack=OuterRef("pack"))).values("pk")[:1])


def resting_decisions(*, scope: Scope) -> QuerySet[Decision]:
    """Return the decisions whose evidence names one of these results, current ones and superseded ones."""
    by_capacity, by_resistance = (_naming(scope, model, name) for model, name in _SOURCES.items())
    return Decision.objects.filter(pk__in=by_capacity.union(by_resistance))


def _naming(scope: Scope, model: type[Model], source: str) -> QuerySet[Any]:
    tests, key = scope.tests(model), Cast(KeyTextTransform(source, KeyTransform("sources", "evidence")), _KEY)
    # By the pack first: its index finds these decisions among all, and only they are opened.
    named = Decision.objects.annotate(named_id=key).filter(pack__in=tests.values("pack"))
    return named.filter(named_id__in=tests.values("pk")).values("pk")


def touched_batches(*, scope: Scope) -> QuerySet[Batch]:
    """Return the batches of these packs, with ``touched``: how many packs of each."""
    packs = touched_packs(scope=scope).filter(batch=OuterRef("pk"))
    return _counted(Batch.objects.select_related("supplier"), "batch", packs, scope)


def touched_suppliers(*, scope: Scope) -> QuerySet[Supplier]:
    """Return the suppliers of these packs, with ``touched``: how many packs of each."""
    packs = touched_packs(scope=scope).filter(supplier=OuterRef("pk"))
    return _counted(Supplier.objects.all(), "supplier", packs, scope)


def _counted(rows: QuerySet[Any], link: str, packs: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    mine = touched_packs(scope=scope).values(link)
    counts = packs.order_by().values(link).annotate(count=Count("pk")).values("count")
    return rows.filter(pk__in=mine).annotate(touched=Subquery(counts))


def touched_reviews(*, scope: Scope) -> QuerySet[ReviewCase]:
    """Return the reviews that wait and whose decision rests on one of these results."""
    waiting = ReviewCase.objects.filter(
        state__in=WAITING_STATES, decision__in=resting_decisions(scope=scope).values("pk")
    )
    return waiting.select_related("pack", "decision__policy")


def touched_disputes(*, scope: Scope) -> QuerySet[Dispute]:
    """Return the disputes that wait for an answer and are about a decision that rests on these results."""
    waiting = Dispute.objects.filter(
        state=Dispute.State.OPEN, decision__in=resting_decisions(scope=scope).values("pk")
    )
    return waiting.select_related("pack__supplier", "decision__policy")


def result_count(*, scope: Scope) -> int:
    """Return how many results are meant; two queries."""
    return sum(scope.tests(model).count() for model in _SOURCES)


def people_who_measured(*, scope: Scope) -> frozenset[int]:
    """Return the people who made these results; two queries."""
    found: set[int] = set()
    for model in _SOURCES:
        rows = scope.tests(model).filter(person_id__isnull=False).order_by()
        found.update(rows.values_list("person_id", flat=True).distinct())
    return frozenset(found)


def acts_on_declaration(*, declaration: InstrumentDeclaration) -> list[tuple[Act, int | None]]:
    """Return who proposed it, and who measured with the instrument since then; two queries.

    Neither approves it: otherwise results that somebody does not like could be thrown out and measured again
    by themselves. Whoever measured may propose, because the one at the bench sees that something is wrong.
    """
    people = people_who_measured(scope=Scope.of(declaration))
    return [
        (Act.PROPOSED, declaration.proposed_by_person_id),
        *((Act.MEASURED, person) for person in sorted(people)),
    ]


def touched_pack_ids(*, scope: Scope) -> list[int]:
    """Return the packs of these results in key order."""
    return list(
        Pack.objects.filter(pk__in=_packs_of_results(scope)).order_by("pk").values_list("pk", flat=True)
    )


def last_proof(*, instrument_id: int) -> datetime | None:
    """Return when the instrument was last proven right: the newest passed check, else calibration."""
    passed = {"instrument_id": instrument_id, "has_passed": True, "withdrawn_at": None}
    if checked := ControlMeasurement.objects.filter(**passed).aggregate(at=Max("measured_at"))["at"]:
        return checked
    day = Calibration.objects.filter(**passed).aggregate(day=Max("valid_from_date"))["day"]
    return begin_of(day) if day else None
