"""What changes in a population when one policy takes the place of another, in numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading.domain.columnar.deciding import Outcome, Outcomes
from grading.domain.columnar.population import Column
from grading.domain.matrix import GRADES

Mask = NDArray[np.bool_]
MOST_GROUPS = 200
"""So many suppliers or batches are named, those with the most moved packs first."""


@dataclass(frozen=True)
class Affected:
    """What one supplier or batch has at stake."""

    key: int
    moved: int
    packs: int

    def to_json(self) -> list[int]:
        return [self.key, self.moved, self.packs]


@dataclass(frozen=True)
class Comparison:
    """Two policies on the same packs; ``old`` is the one in force, ``new`` the one tried."""

    packs: int
    moved: int
    """Packs whose grade or route differs."""
    grades: Mapping[tuple[str, str], int]
    """Packs by (old, new) grade."""
    routes: Mapping[tuple[str, str], int]
    """Packs by (old, new) route."""
    warranty_wh: tuple[int, int]
    """Energy sold under warranty by default, old and new: nominal energy times SOH, in Wh."""
    affected: Mapping[str, tuple[int, tuple[Affected, ...]]] = field(default_factory=dict)
    """By kind of group: how many have moved packs, and those with the most."""
    terms: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Packs by (old, new) key of the warranty that comes with the grade, where both give one."""

    @property
    def stricter(self) -> int:
        """Return how many packs get a stricter grade; a hold counts between C and D."""
        return sum(count for (old, new), count in self.grades.items() if _severity(new) > _severity(old))

    @property
    def looser(self) -> int:
        """Return how many packs get a less strict grade."""
        return sum(count for (old, new), count in self.grades.items() if _severity(new) < _severity(old))

    @property
    def rerouted(self) -> int:
        """Return how many packs go another way."""
        return sum(count for (old, new), count in self.routes.items() if old != new)

    @property
    def warranty_change_kwh(self) -> Decimal:
        return self.kwh(1) - self.kwh(0)

    def kwh(self, place: int) -> Decimal:
        """Return the energy under warranty by default of the old (0) or the new (1) policy."""
        return Decimal(self.warranty_wh[place]) / 1000

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as a report stores them."""
        return {
            "packs": self.packs,
            "moved": self.moved,
            "stricter": self.stricter,
            "grades": [[*pair, count] for pair, count in self.grades.items()],
            "routes": [[*pair, count] for pair, count in self.routes.items()],
            "warranty_wh": list(self.warranty_wh),
            "affected": {
                name: {"count": count, "most": [item.to_json() for item in most]}
                for name, (count, most) in self.affected.items()
            },
            "terms": [[*pair, count] for pair, count in self.terms.items()],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Comparison":
        """Rebuild what :meth:`to_json` wrote."""
        old, new = value["warranty_wh"]
        return cls(
            packs=value["packs"],
            moved=value["moved"],
            grades={(a, b): count for a, b, count in value["grades"]},
            routes={(a, b): count for a, b, count in value["routes"]},
            warranty_wh=(old, new),
            affected={
                name: (found["count"], tuple(Affected(*item) for item in found["most"]))
                for name, found in value["affected"].items()
            },
            # A report of before counted the energy alone.
            terms={(a, b): count for a, b, count in value.get("terms", [])},
        )


def compare(
    old: Outcomes,
    new: Outcomes,
    *,
    usable_wh: Column,
    within: Mask | None = None,
    groups: Mapping[str, Column] | None = None,
) -> Comparison:
    """Count what differs between ``old`` and ``new``.

    :param usable_wh: nominal energy times measured SOH of each pack in whole Wh, shape (n,); 0 if unknown.
    :param within: the packs that count, shape (n,); all without it.
    :param groups: keys of the suppliers and batches of the packs, small whole numbers; 0 is no group.
    """
    pairs = _pairs(old, new)
    if within is not None:
        pairs, usable_wh = pairs[within], usable_wh[within]
    size = max(len(old.table) * len(new.table), 1)
    counts = np.bincount(pairs, minlength=size)
    # Sums of whole Wh stay exact in the float64 that bincount adds in: they are far below 2**53.
    energies = np.bincount(pairs, weights=usable_wh, minlength=size)
    grades: Counter[tuple[str, str]] = Counter()
    routes: Counter[tuple[str, str]] = Counter()
    terms: Counter[tuple[str, str]] = Counter()
    warranty, moved = [0, 0], 0
    for place, (before, after) in enumerate((a, b) for a in old.table for b in new.table):
        count, energy = int(counts[place]), int(energies[place])
        if not count:
            continue
        grades[before.grade, after.grade] += count
        routes[before.route, after.route] += count
        warranty[0] += energy if before.warranty else 0
        warranty[1] += energy if after.warranty else 0
        if before.warranty and after.warranty:
            terms[before.warranty, after.warranty] += count
        if has_moved(before, after):
            moved += count
    moved_at = np.flatnonzero(_moved_table(old, new)[pairs])
    return Comparison(
        packs=len(pairs),
        moved=moved,
        grades=dict(sorted(grades.items())),
        routes=dict(sorted(routes.items())),
        warranty_wh=(warranty[0], warranty[1]),
        affected={
            name: _affected(keys if within is None else keys[within], moved_at)
            for name, keys in (groups or {}).items()
        },
        terms=dict(sorted(terms.items())),
    )


def moved_places(old: Outcomes, new: Outcomes, within: Mask | None = None) -> NDArray[np.int64]:
    """Return the places of the packs whose grade or route differs."""
    is_moved = _moved_table(old, new)[_pairs(old, new)]
    return np.flatnonzero(is_moved if within is None else is_moved & within)


def has_moved(before: Outcome, after: Outcome) -> bool:
    """Tell whether a pack would get another grade or go another way."""
    return (before.grade, before.route) != (after.grade, after.route)


def _severity(grade: str) -> int:
    """Return how strict a grade is, the best first."""
    return GRADES.index(grade)


def _pairs(old: Outcomes, new: Outcomes) -> NDArray[np.int64]:
    return old.of_pack.astype(np.int64) * len(new.table) + new.of_pack


def _moved_table(old: Outcomes, new: Outcomes) -> Mask:
    return np.array([has_moved(a, b) for a in old.table for b in new.table], dtype=bool)


def _affected(keys: Column, moved_at: NDArray[np.int64]) -> tuple[int, tuple[Affected, ...]]:
    if not len(keys):
        return 0, ()
    all_packs = np.bincount(keys)
    moved = np.bincount(keys[moved_at], minlength=len(all_packs))
    moved[0] = 0
    found = np.flatnonzero(moved)
    most = sorted(found, key=lambda key: (-moved[key], key))[:MOST_GROUPS]
    return len(found), tuple(Affected(int(key), int(moved[key]), int(all_packs[key])) for key in most)
