"""A draft as a whole: what is wrong by rule, what was corrected."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from intake.domain.manifest.problems import WEIGHT
from intake.models import Manifest, ManifestCorrection

REFUSED_AS = "refused_as"
"""In the summary of a refused file: the stable name of the reason."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """All cases of one rule in one column; the count is exact also where not every case has its words."""

    rule: str
    severity: str
    field: str
    column: str
    count: int
    message: str
    """As said for the first case."""
    fix: str
    fixes: list[dict[str, str]]
    """Answers that mend the whole group: ``{"id", "value", "label"}`` each."""

    @property
    def label(self) -> str:
        words = self.rule.replace("_", " ").capitalize()
        for wrong, right in (
            ("Soh", "SOH"),
            ("soh", "SOH"),
            ("Vin ", "VIN "),
            ("Ddr", "DDR"),
            ("Bms", "BMS"),
        ):
            words = words.replace(wrong, right)
        return words


def groups_of(*, manifest: Manifest) -> list[Group]:
    """Return what is wrong by rule and column, the worst and most frequent first."""
    groups = [
        Group(
            rule=stored["rule"],
            severity=stored["severity"],
            field=stored.get("field") or "",
            column=stored.get("column") or "",
            count=stored["count"],
            message=stored.get("message") or "",
            fix=stored.get("fix") or "",
            fixes=stored.get("fixes") or [],
        )
        for stored in manifest.summary.get("groups", ())
        if stored["count"] > 0
    ]
    return sorted(groups, key=lambda group: (-WEIGHT[group.severity], -group.count, group.rule))


def history_of(*, manifest: Manifest) -> list[ManifestCorrection]:
    """Return every step of mending, the newest first, those undone included."""
    return list(manifest.corrections.order_by("-position"))


def problem_rows(*, manifest: Manifest) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every stored problem with its row, in the order of the file, without holding them all."""
    rows = manifest.rows.filter(severity__gt=0).order_by("row").values_list("row", "problems")
    for row, problems in rows.iterator():
        for problem in problems:
            yield row, problem
