"""What a reviewer weighs beside the pack's own results: its type, its supplier, the testers' files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from grading.models import CapacityTest, Decision, Derivation, Grade
from grading.models.decision import IN_FORCE
from grading.models.test_run import STANDS
from grading.queries.policies import compiled
from grading.queries.test_runs import Results
from intake.models import Pack

LEAST_FOR_PICTURE = 5
"""Fewer packs are no distribution: their values are told one by one."""
MOST_MEASURED = 5000
"""Of a type that is measured more often the newest are enough."""
BIN_POINTS = 2
LAST_RESULTS = 10


@dataclass(frozen=True)
class TypeDistribution:
    """What state of health packs of one type have."""

    basis: str
    """In words: by charge or by energy, as this pack was measured."""
    values: Sequence[Decimal]
    """SOH in percent of each pack, the lowest first."""
    is_cut: bool
    """There are more: these are the newest."""

    @property
    def is_picture(self) -> bool:
        """Whether there are enough to draw."""
        return len(self.values) >= LEAST_FOR_PICTURE

    @property
    def bins(self) -> list[tuple[int, int]]:
        """Return lower end in percent and number of packs of each bin that has some."""
        found = Counter(int(value // BIN_POINTS) * BIN_POINTS for value in self.values)
        return sorted(found.items())

    @property
    def median(self) -> Decimal:
        """Return the value in the middle, the lower one of two."""
        return self.values[(len(self.values) - 1) // 2]


def type_distribution(*, pack: Pack, test: CapacityTest | None) -> TypeDistribution | None:
    """Return the standing SOH of the packs of this type, ``pack`` among them; one query.

    None where the type is not in the catalog. By charge and by energy do not mix: it is what ``test`` is.
    """
    if pack.pack_type_id is None:
        return None
    basis = CapacityTest.Basis(test.basis) if test else CapacityTest.Basis.AH
    rows = CapacityTest.objects.filter(STANDS, pack__pack_type_id=pack.pack_type_id, basis=basis)
    values = list(rows.order_by("-pk").values_list("soh_percent", flat=True)[: MOST_MEASURED + 1])
    return TypeDistribution(
        basis=f"by {basis.label[0].lower()}{basis.label[1:]}",
        values=sorted(values[:MOST_MEASURED]),
        is_cut=len(values) > MOST_MEASURED,
    )


def band_limits(*, decision: Decision) -> list[Decimal]:
    """Return the SOH in percent at which a band of the decision's policy begins, for the pack's chemistry.

    None for a chemistry without a table; no query.
    """
    chemistry = decision.evidence.get("chemistry", "")
    matrix = compiled(decision.policy).matrices.get(chemistry)
    return [band.lo for band in matrix.bands[1:]] if matrix and matrix.kind == "graded" else []


@dataclass(frozen=True)
class LastResults:
    """What the newest other packs of a supplier got."""

    decisions: Sequence[Decision]

    @property
    def rejects(self) -> int:
        """Return how many of them are rejects."""
        return sum(decision.grade == Grade.D for decision in self.decisions)


def last_results(*, pack: Pack) -> LastResults:
    """Return the newest decisions in force on other packs of the same supplier; one query."""
    rows = Decision.objects.filter(IN_FORCE, pack__supplier_id=pack.supplier_id).exclude(pack_id=pack.pk)
    return LastResults(list(rows.select_related("pack", "policy").order_by("-pk")[:LAST_RESULTS]))


@dataclass(frozen=True)
class Behind:
    """With what and by whom the tests behind a decision were made."""

    instruments: Sequence[str]
    people: Sequence[str]
    derivation: Derivation | None
    """Of the tester file that the SOH came from; else of that of the resistance."""


def behind(*, decision: Decision, results: Results) -> Behind:
    """Return what the tests behind ``decision`` came from; one query, where they came from a file."""
    tests = [each.test for each in results.named_by(decision.evidence)]
    keys = [test.derivation_id for test in tests if test.derivation_id]
    row = Derivation.objects.select_related("tester_file").get(pk=keys[0]) if keys else None
    return Behind(
        instruments=sorted({test.instrument.code for test in tests}),
        people=sorted({test.person_label for test in tests}),
        derivation=row,
    )
