"""What a step of mending did, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from intake.domain.manifest.corrections import MIXED, Corrections
from intake.domain.manifest.fields import FIELDS
from intake.models import Manifest

_LONGEST = 300
_WORDS = {
    "extra": "kept as extra",
    "ignore": "left out",
    "point": "a point separates decimals",
    "comma": "a comma separates decimals",
    "day_first": "day first",
    "month_first": "month first",
    "import": "read like the others",
    "skip": "left out",
    "fraction": "fractions, multiplied by 100",
    "percent": "percent as they are",
    "mixed": "values up to 1.05 multiplied by 100",
}
_SUBJECTS = {
    "sheet": "Sheet",
    "encoding": "Encoding",
    "delimiter": "Delimiter",
    "header_row": "Heading in row",
    "hidden_rows": "Hidden rows",
    "hidden_columns": "Hidden columns",
}


def answers_label(manifest: Manifest, answers: Mapping[str, str]) -> str:
    """Return what ``answers`` say, such as “Kapazität: Rated capacity”."""
    offered = _offered(manifest)
    headers = _headers(manifest)
    return _fitting("; ".join(_answer(name, value, offered, headers) for name, value in answers.items()))


def aside_label(label: str, before: Corrections, moved: str, header_row: int | None) -> str:
    """Return ``label`` of an answer with what it sets aside of the corrections ``before`` it.

    :param moved: which of sheet and delimiter becomes another one; empty when neither does.
    :param header_row: the row that becomes the heading: nothing counts at or above it.
    """
    said = []
    if moved:
        kept = before.outlasting(moved)
        cells, answers = sum(map(len, before.cells.values())), before.answers.keys() - kept.answers.keys()
        said = [
            _several(cells, "edited cell", "edited cells"),
            _several(len(before.dropped - kept.dropped), "row left out", "rows left out"),
            _several(len(answers - {moved}), "answer", "answers"),
        ]
    elif header_row:
        rows = before.cells.keys() | before.dropped
        above = sum(row <= header_row for row in rows)
        said = [_several(above, "mended row not below it", "mended rows not below it")]
    if not any(said):
        return label
    told = f" (set aside until this is undone: {', '.join(filter(None, said))})"
    return _fitting(label, _LONGEST - len(told)) + told


def cells_label(manifest: Manifest, edits: Sequence[tuple[int, int, str, str]]) -> str:
    """Return what was edited: row, column index, the text before and the text now of each cell."""
    headers = _headers(manifest)
    row, index, before, after = edits[0]
    column = headers.get(index, f"column {index + 1}")
    if len(edits) == 1:
        return _fitting(f"Row {row}, {column}: “{before}” is “{after}”")
    rows = sorted({row for row, *_ in edits})
    if len({index for _, index, *_ in edits}) == 1:
        return _fitting(f"{column} in {len(rows)} rows: {_numbers(rows)}")
    return _fitting(f"{len(edits)} cells in {_counted(rows)}: {_numbers(rows)}")


def rows_label(verb: str, rows: Iterable[int]) -> str:
    """Return what was done with whole rows, such as “Left out 2 rows: 5, 9”."""
    numbers = sorted(rows)
    return _fitting(f"{verb} {_counted(numbers)}: {_numbers(numbers)}")


def _answer(name: str, value: str, offered: Mapping[tuple[str, str], str], headers: Mapping[int, str]) -> str:
    kind, _, rest = name.partition(":")
    if kind == "accept":
        rule, _, index = rest.rpartition(":")
        return f"{_header(headers, index)}: {rule.replace('_', ' ')} is right as read"
    if kind in _SUBJECTS:
        return f"{_SUBJECTS[kind]}: {_WORDS.get(value, value)}"
    if kind == "fill":
        label = FIELDS[rest].label if rest in FIELDS else rest
        return f"{label} where the file says nothing: {value.replace('_', ' ')}"
    if kind == "pad":
        what = "as they are" if value == "0" else f"zeros in front, up to {value} digits"
    elif kind == "unit":
        what = "values above 1000 in Wh, all others in kWh" if value == MIXED else f"in {value}"
    else:
        what = FIELDS[value].label if kind == "column" and value in FIELDS else _WORDS.get(value, value)
        what = what if kind == "column" else offered.get((name, value), what)
    return f"{_header(headers, rest)}: {what}"


def _offered(manifest: Manifest) -> dict[tuple[str, str], str]:
    summary = manifest.summary
    fixes = [fix for group in summary.get("groups", ()) for fix in group["fixes"]]
    return {(fix["id"], fix["value"]): fix["label"] for fix in fixes}


def _headers(manifest: Manifest) -> dict[int, str]:
    columns: Iterable[Mapping[str, Any]] = manifest.plan.get("columns", ())
    return {column["index"]: column["header"] for column in columns}


def _header(headers: Mapping[int, str], index: str) -> str:
    return headers.get(int(index), f"Column {int(index) + 1}") if index.isdigit() else index


def _counted(rows: Sequence[int]) -> str:
    return "1 row" if len(rows) == 1 else f"{len(rows)} rows"


def _numbers(rows: Sequence[int]) -> str:
    more = " …" if len(rows) > 10 else ""
    return ", ".join(map(str, rows[:10])) + more


def _several(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}" if count else ""


def _fitting(text: str, longest: int = _LONGEST) -> str:
    clean = text.replace("\0", "�")
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"
