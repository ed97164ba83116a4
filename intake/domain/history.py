"""How complete the declared first-life history of a pack is."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from intake.domain.manifest.fields import FIELDS

WEIGHTS: dict[str, int] = {
    name: field.history_weight for name, field in FIELDS.items() if field.history_weight
}
_ALL_WEIGHTS = sum(WEIGHTS.values())


@dataclass(frozen=True, slots=True)
class HistoryCompleteness:
    """The score of one declared history.

    percent: filled weights of all weights, one decimal, half up.
    missing: names of the fields without a value, heaviest first.
    """

    percent: Decimal
    missing: tuple[str, ...]


def history_completeness(declared: Mapping[str, object]) -> HistoryCompleteness:
    """Score the canonical values of one pack; a field counts when it has any value, "no" and 0 included."""
    given = frozenset([name for name, value in declared.items() if value or value == 0])
    return _score(given)


@lru_cache(maxsize=1024)  # the packs of one file state mostly the same fields
def _score(given: frozenset[str]) -> HistoryCompleteness:
    missing = [name for name in WEIGHTS if name not in given]
    filled = _ALL_WEIGHTS - sum(WEIGHTS[name] for name in missing)
    percent = (Decimal(100 * filled) / _ALL_WEIGHTS).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return HistoryCompleteness(percent, tuple(sorted(missing, key=lambda name: (-WEIGHTS[name], name))))
