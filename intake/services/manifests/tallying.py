"""How often each rule is broken in a file, exact while rows are judged one by one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from intake.domain.manifest.problems import ERROR, QUESTION, WARNING
from intake.models import ManifestRow

SEVERITIES = {WARNING: 1, QUESTION: 2, ERROR: 3}
"""As ``ManifestRow.Severity`` has them."""
Fate = ManifestRow.Fate
Key = tuple[str, str, str, str]
Said = Mapping[str, Any]
"""One problem of a row: ``{column, field, rule, severity, value, message, fix}``."""


def row_severity(problems: Iterable[Said], *, is_refused: bool) -> int:
    """Return the severity of a row's worst problem; 0 when there is none.

    A row refused without an error of its own waits for an answer about the whole file.
    """
    worst = max((SEVERITIES[problem["severity"]] for problem in problems), default=0)
    return SEVERITIES[QUESTION] if is_refused and is_acceptable(worst) else worst


def is_acceptable(severity: int) -> bool:
    """Tell whether a row whose worst problem is this can become a pack."""
    return severity <= ManifestRow.Severity.WARNING


def key_of(said: Said) -> Key:
    """Return what makes problems one group."""
    return said["rule"], said["severity"], said.get("field") or "", said.get("column") or ""


class Tally:
    """Changes of the counts in a summary, collected and then applied to it."""

    def __init__(self) -> None:
        self.counts: Counter[Key] = Counter()
        self.first: dict[Key, Said] = {}
        self.rows: Counter[str] = Counter()

    def add(self, problems: Iterable[Said]) -> None:
        """Count problems that the summary does not count yet."""
        for said in problems:
            key = key_of(said)
            self.counts[key] += 1
            if said.get("message"):
                self.first.setdefault(key, said)

    def take(self, problems: Iterable[Said]) -> None:
        """Count problems off that the summary counts."""
        for said in problems:
            self.counts[key_of(said)] -= 1

    def row(self, fate: str, severity: int, by: int = 1) -> None:
        """Count a row under what becomes of it."""
        kind = "accepted" if is_acceptable(severity) else "refused"
        self.rows[kind if fate == Fate.OPEN else str(fate)] += by

    def applied(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``summary`` with the changes of its groups, problem and row counts.

        A group that is empty now stays with its fixes, for an undone step may fill it again.
        """
        groups = [dict(group) for group in summary.get("groups", ())]
        place = {key_of(group): group for group in groups}
        for key, change in self.counts.items():
            if not change:
                continue
            if key not in place:
                said = self.first.get(key, {})
                place[key] = _new_group(key, said)
                groups.append(place[key])
            place[key]["count"] += change
        changed = dict(summary) | {"groups": groups} | _questions(summary, place)
        for severity, name in ((ERROR, "errors"), (QUESTION, "open_questions"), (WARNING, "warnings")):
            by = sum(change for (_, found, _, _), change in self.counts.items() if found == severity)
            changed[name] = summary.get(name, 0) + by
        for kind, by in self.rows.items():
            changed[kind] = summary.get(kind, 0) + by
        return changed


def _questions(summary: Mapping[str, Any], groups: Mapping[Key, Said]) -> dict[str, list[Any]]:
    """Return the questions by whether any cell raises them still; an undone step may raise one again."""
    asked: list[Any] = []
    settled: list[Any] = []
    for question in (*summary.get("questions", ()), *summary.get("settled_questions", ())):
        group = groups.get(key_of(question | {"severity": QUESTION}))
        (settled if group and group["count"] <= 0 else asked).append(question)
    return {"questions": asked, "settled_questions": settled}


def _new_group(key: Key, said: Said) -> dict[str, Any]:
    rule, severity, field, column = key
    return {
        "rule": rule,
        "severity": severity,
        "field": field or None,
        "column": column or None,
        "index": None,
        "count": 0,
        "message": said.get("message", ""),
        "fix": said.get("fix", ""),
        "fixes": [],
    }
