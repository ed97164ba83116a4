"""Evidence on many packs in columns, every number an exact integer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading.domain.evidence import DECIMALS, Evidence

PLACES = 4
SCALE = 10**PLACES
"""Columns hold ten-thousandths: no fact of a pack is stored finer."""
NUMBERS = ("soh_percent", "ir_ratio", "weakest_cell_soh_percent", "declared_soh_percent") + (
    "cell_spread_percent",
    "soh_u_points",
    "ir_ratio_u",
)
AGE, MONTHS = "soh_age_days", "soh_age_months"
COUNTS = (AGE, MONTHS)
"""Numbers that are counted, not measured: columns hold them as they are."""
Column = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Population:
    """Facts of ``n`` packs: what is a word or a yes stands in ``kinds``, what is a number in columns."""

    kinds: tuple[Evidence, ...]
    """Evidence without its numbers; few for any number of packs."""
    kind: Column
    """Place in ``kinds`` of each pack, shape (n,)."""
    numbers: Mapping[str, Column]
    """Ten-thousandths by the name of the fact, ages in days and in months; the least value of the type is
    "not known"."""

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def byte_count(self) -> int:
        """Memory of the columns."""
        return self.kind.nbytes + sum(column.nbytes for column in self.numbers.values())

    def evidence_at(self, place: int) -> Evidence:
        """Return the evidence on one pack, words and sources left out."""
        facts: dict[str, Any] = {}
        for name, column in self.numbers.items():
            value = int(column[place])
            if value != unknown(column):
                facts[name] = value if name in COUNTS else Decimal(value).scaleb(-PLACES)
        return replace(self.kinds[self.kind[place]], **facts)


def unknown(column: Column) -> int:
    """Return the value that stands for "not known" in ``column``."""
    return _least(column.dtype)


@cache
def _least(dtype: np.dtype[Any]) -> int:
    return int(np.iinfo(dtype).min)


def kind_of(evidence: Evidence) -> Evidence:
    """Return what of ``evidence`` is neither a number nor a word for people."""
    numbers: dict[str, Any] = dict.fromkeys((*DECIMALS, *COUNTS, "soh_measured_on", "soh_u_is_lower_limit"))
    return replace(evidence, **numbers, soh_departs_why="", ir_comparable_why="", sources={})
