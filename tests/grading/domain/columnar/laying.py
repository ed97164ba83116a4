"""Evidence laid out in columns without a database, as the product reads it from one."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from grading.domain.columnar.population import COUNTS, NUMBERS, PLACES, Column, Population, kind_of
from grading.domain.evidence import Evidence


def population_of(evidence: Sequence[Evidence]) -> Population:
    places: dict[Evidence, int] = {}
    kind = [places.setdefault(kind_of(item), len(places)) for item in evidence]
    numbers = {name: _column([_scaled(getattr(item, name)) for item in evidence]) for name in NUMBERS}
    numbers |= {name: _column([getattr(item, name) for item in evidence]) for name in COUNTS}
    return Population(tuple(places), np.array(kind, dtype=np.int32), numbers)


def _scaled(value: Decimal | None) -> int | None:
    scaled = None if value is None else value.scaleb(PLACES)
    assert scaled is None or scaled == int(scaled), f"{value} is finer than a column"
    return None if scaled is None else int(scaled)


def _column(values: Sequence[int | None]) -> Column:
    least = int(np.iinfo(np.int64).min)
    return np.array([least if value is None else value for value in values], dtype=np.int64)
