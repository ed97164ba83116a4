"""Problems of one kind in one column, counted exactly, with what mends them all at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from intake.domain.manifest.corrections import COMMA, DAY_FIRST, MIXED, MONTH_FIRST, PERCENT, POINT, YES
from intake.domain.manifest.fields import FIELDS, WATT_HOURS_FROM, Kind
from intake.domain.manifest.plan import ColumnPlan, Plan
from intake.domain.manifest.problems import WEIGHT, Problem
from intake.domain.manifest.questions.wordings import sentence_of
from intake.domain.manifest.values.quantities import plain, read_quantity

Fix = dict[str, str]
# Confirming these for a whole column is a person's right: they say how a value was understood.
_MAY_BE_ACCEPTED = frozenset(
    [
        "formula_result",
        "serial_is_number",
        "serial_spaces_removed",
        "spreadsheet_day_number",
        "two_digit_year",
        "unit_inferred",
        "unusual_value",
        "placeholder",
        "vin_repeated",
    ]
)


@dataclass(slots=True)
class _Group:
    count: int
    example: Problem


@dataclass
class Grouping:
    """Count every problem by rule, severity, column and field."""

    groups: dict[tuple[str, str, str | None, str | None], _Group] = field(default_factory=dict)

    def add(self, problems: Iterable[Problem]) -> None:
        """Count problems."""
        for problem in problems:
            key = (problem.rule, problem.severity, problem.column, problem.field)
            known = self.groups.get(key)
            if known is None:
                self.groups[key] = _Group(1, problem)
            else:
                known.count += 1

    def total(self, severity: str) -> int:
        """Return how many problems of a severity were found."""
        return sum(group.count for key, group in self.groups.items() if key[1] == severity)

    def to_json(self, plan: Plan) -> list[dict[str, Any]]:
        """Return the groups, the heaviest and the most frequent first."""
        by_header = {column.header: column for column in plan.columns}
        ordered = sorted(
            self.groups.items(), key=lambda item: (-WEIGHT.get(item[0][1], 0), -item[1].count, item[0][0])
        )
        return [_group_to_json(group, by_header.get(group.example.column or "")) for _, group in ordered]


def _group_to_json(group: _Group, column: ColumnPlan | None) -> dict[str, Any]:
    example = group.example
    return {
        "rule": example.rule,
        "severity": example.severity,
        "field": example.field,
        "column": example.column,
        "index": column.index if column else None,
        "count": group.count,
        "message": example.message if group.count == 1 else sentence_of(example, group.count),
        "fix": example.fix,
        "fixes": fixes_of(example, column, group.count),
    }


def fixes_of(example: Problem, column: ColumnPlan | None, count: int) -> list[Fix]:
    """Return the answers that mend every problem of the example's rule in a column."""
    rule, name = example.rule, example.field
    if rule in ("safety_blank", "required_blank", "required_column_missing") and name in FIELDS:
        return _fills(name, 0 if rule == "required_column_missing" else count)
    if column is None:
        return []
    index = column.index
    values = f"the {count:,} values" if count != 1 else "the value"
    if rule == "percent_mixed":
        return [
            {"id": f"percent:{index}", "value": MIXED, "label": f"Multiply {values} up to 1.05 by 100"},
            {"id": f"percent:{index}", "value": PERCENT, "label": f"Leave {values}: they are percent"},
        ]
    if rule == "unit_mixed":
        label = f"Read {values} above {WATT_HOURS_FROM} as Wh"
        return [{"id": f"unit:{index}", "value": MIXED, "label": label}]
    if rule == "number_ambiguous":
        return decimal_options(column, example.value)
    if rule == "date_ambiguous":
        return date_options(index)
    if rule == "serial_zeros_lost":
        return pad_options(index, column.suggested_pad)
    if rule in _MAY_BE_ACCEPTED:
        label = "They are right as read" if count != 1 else "It is right as read"
        return [{"id": f"accept:{rule}:{index}", "value": YES, "label": label}]
    return []


def _fills(name: str, count: int) -> list[Fix]:
    where = f"the {count:,} packs that do not say" if count else "all packs of this file"
    where = "the pack that does not say" if count == 1 else where
    return [
        {"id": f"fill:{name}", "value": value, "label": f"{FIELDS[name].label}: {said}, for {where}"}
        for value, said in fill_words(name)
    ]


def fill_words(name: str) -> list[tuple[str, str]]:
    """Return the values that may stand for all packs of a file, each with its words."""
    found = FIELDS[name]
    if found.kind is Kind.FLAG:
        return [("no", "no"), ("yes", "yes")]
    return [(word, word.replace("_", " ")) for word in found.words]


def decimal_options(column: ColumnPlan, value: str) -> list[Fix]:
    """Return the two readings of a value of the column such as 61.200, with its unit."""
    quantity = read_quantity(value)
    if quantity is None:
        return []
    known = FIELDS.get(column.field or "")
    own = (known.unit if known else "") if column.unit in ("", MIXED) else column.unit
    unit = quantity.suffix or own
    return [
        {
            "id": f"decimal:{column.index}",
            "value": style,
            "label": f"{value.strip()} means {_grouped(number)} {unit}".rstrip(),
        }
        for style, number in ((COMMA, quantity.comma), (POINT, quantity.point))
        if number is not None
    ]


def _grouped(number: Decimal) -> str:
    whole, point, decimals = plain(number).partition(".")
    return f"{int(whole):,}{point}{decimals}"


def date_options(index: int) -> list[Fix]:
    """Return the two readings of 03/04/2021."""
    return [
        {"id": f"dates:{index}", "value": DAY_FIRST, "label": "03/04/2021 is 3 April 2021"},
        {"id": f"dates:{index}", "value": MONTH_FIRST, "label": "03/04/2021 is 4 March 2021"},
    ]


def pad_options(index: int, length: int) -> list[Fix]:
    """Return what may be done about serials that lost their zeros."""
    return [
        {"id": f"pad:{index}", "value": str(length), "label": f"Put zeros in front, up to {length} digits"},
        {"id": f"pad:{index}", "value": "0", "label": "The serials are right as they are"},
    ]
