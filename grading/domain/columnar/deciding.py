"""What a policy concludes about a whole population."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grading.domain.columnar.cells import cells_of
from grading.domain.columnar.population import Population
from grading.domain.policy import Policy
from grading.domain.verdict import decide
from grading.domain.warranty import warranty_for


class Outcome(NamedTuple):
    """What counts of a verdict when packs are counted."""

    grade: str
    route: str
    code: str
    """Code of the deciding reason."""
    warranty: str
    """Key of the warranty that comes with the grade by default; empty without one."""


@dataclass(frozen=True)
class Outcomes:
    """The outcome of every pack."""

    table: tuple[Outcome, ...]
    """The different outcomes that occur."""
    of_pack: NDArray[np.uint16]
    """Place in ``table`` of each pack, shape (n,)."""
    cell_count: int
    """How many cells were judged to know all packs."""

    def at(self, place: int) -> Outcome:
        """Return the outcome of one pack."""
        return self.table[self.of_pack[place]]


def decide_all(policy: Policy, population: Population) -> Outcomes:
    """Return what :func:`grading.domain.verdict.decide` gives each pack of ``population``.

    The packs are parted at every limit of the policy; one pack of each cell is decided, and its outcome
    holds for its cell. So there is no second rule that could differ from the first.

    :raises NotColumnar: when the policy can lower a grade by a fact that no column holds.
    """
    if not len(population):
        return Outcomes((), np.zeros(0, dtype=np.uint16), 0)
    cells, first = cells_of(policy, population)
    places: dict[Outcome, int] = {}
    of_cell = [places.setdefault(outcome_of(policy, population, int(place)), len(places)) for place in first]
    return Outcomes(tuple(places), np.array(of_cell, dtype=np.uint16)[cells], len(of_cell))


def outcome_of(policy: Policy, population: Population, place: int) -> Outcome:
    """Return what ``policy`` concludes about the pack at ``place``."""
    evidence = population.evidence_at(place)
    verdict = decide(policy, evidence)
    terms = warranty_for(policy, verdict, soh_percent=evidence.soh_percent)
    key = terms.key if terms and terms.by_default else ""
    return Outcome(verdict.grade, verdict.route, verdict.reasons[0].code, key)
