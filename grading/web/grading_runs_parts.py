"""What a run changed, as a matrix of old and new grades whose numbers lead to their packs."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from grading.domain.matrix import GRADES as ORDER
from grading.models import GradingRun
from rebattery.ui.labels import GRADES


def matrix_of(run: GradingRun, changes: Mapping[tuple[str, str], int]) -> dict[str, Any] | None:
    """Return heads, rows and sums, best grade first; None when nothing was decided yet."""
    if not changes:
        return None
    address = reverse("grading_run_packs", args=[run.pk])
    used = [grade for grade in ORDER if any(grade in pair for pair in changes)]
    rows = []
    for old in used:
        cells = [_cell(changes.get((old, new), 0), old, new, address) for new in used]
        rows.append((_words(old), cells, sum(cell["count"] for cell in cells)))
    sums = [sum(changes.get((old, new), 0) for old in used) for new in used]
    moved = sum(count for (old, new), count in changes.items() if old != new)
    return {
        "heads": [_words(grade) for grade in used],
        "rows": rows,
        "sums": sums,
        "total": sum(sums),
        "moved": moved,
    }


def _cell(count: int, old: str, new: str, address: str) -> dict[str, Any]:
    look = "same" if old == new else "stricter" if ORDER.index(new) > ORDER.index(old) else "looser"
    return {"count": count, "look": look if count else "", "url": f"{address}?old={old}&grade={new}"}


def _words(grade: str) -> str:
    return f"{grade} {GRADES[grade]}".strip()
