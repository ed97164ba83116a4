"""A table of members as text: one member per line, as it comes out of a spreadsheet."""

import re
from collections.abc import Sequence

from grading.domain.bench_fields import Field, Unreadable
from grading.domain.members import KINDS, MOST, Member

COLUMNS = (
    "kind", "label", "measured_capacity_ah", "rated_capacity_ah", "soh_percent", "dcir_mohm", "voltage_v"
)  # fmt: skip
HEADINGS = ("kind", "label", "Ah", "rated Ah", "SOH %", "mΩ", "V")
LONGEST = 200_000
_KINDS = (
    {words: code for code, words in KINDS.items()}
    | {code: code for code in KINDS}
    | {"group": "series_group"}
)
_NUMBER = Field(name="", label="")


def read_members(text: str) -> tuple[list[Member], dict[str, str]]:
    """Return the members in ``text``, and what cannot be read by ``members.N.column``, N from 0.

    Columns stand in the order of ``COLUMNS``, parted by tabs or semicolons, those at the end may be left
    out; numbers take a decimal comma or point. A first line of headings is passed over.
    """
    if len(text) > LONGEST:
        return [], {"members": f"At most {LONGEST:,} characters."}
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and _cells(lines[0])[0].casefold() == HEADINGS[0]:
        lines = lines[1:]
    if len(lines) > MOST:
        return [], {"members": f"At most {MOST} members."}
    found: list[Member] = []
    faults: dict[str, str] = {}
    for index, line in enumerate(lines):
        member, wrong = _member(_cells(line))
        found.append(member)
        faults |= {f"members.{index}.{name}": message for name, message in wrong.items()}
    return found, faults


def members_text(members: Sequence[Member]) -> str:
    """Return ``members`` as :func:`read_members` takes them."""
    rows = [[getattr(member, name) for name in COLUMNS] for member in members]
    return "\n".join("\t".join("" if value is None else str(value) for value in row).rstrip() for row in rows)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"\t|;", line)]


def _member(cells: list[str]) -> tuple[Member, dict[str, str]]:
    faults = {}
    if len(cells) > len(COLUMNS):
        faults["kind"] = f"{len(cells)} columns; there are {len(COLUMNS)}: {', '.join(HEADINGS)}."
    texts = dict(zip(COLUMNS, cells, strict=False))
    kind = _KINDS.get(texts.get("kind", "").casefold())
    if kind is None:
        faults.setdefault("kind", "Write cell, series group or module.")
    numbers = {}
    for name in COLUMNS[2:]:
        try:
            numbers[name] = _NUMBER.read(texts.get(name, ""))
        except Unreadable as exc:
            faults[name] = str(exc)
    return Member(kind=kind or "", label=texts.get("label", ""), **numbers), faults
