"""Judge the rows of a results file by the rules that recording applies, all errors at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from grading.domain.results_file.comparing import FIX, soh_disagreement
from grading.domain.results_file.fields import Kind
from grading.domain.results_file.rows import measured_of
from grading.queries.bench import references_of
from grading.services.results_files.inputs import FIELD_OF, capacity_input, report_input, resistance_input
from grading.services.results_files.matching import match_means, match_packs
from grading.services.results_files.staged import Staged
from grading.services.soh_reports import report_problems
from grading.services.test_runs import capacity_problems, resistance_problems
from rebattery.actor import Actor

_KINDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CAPACITY: ("basis",),
    Kind.RESISTANCE: ("method", "pulse_duration_s"),
    Kind.REPORTED: ("kind",),
}
"""What makes a row take the place of another one of the same pack."""
Members = Mapping[int, list[Staged]]
"""Members by the identity of their capacity row."""


def judge(rows: Sequence[Staged], actor: Actor, at: datetime) -> Members:
    """Note everything that keeps rows from being recorded; return the members of each capacity row.

    As many queries for any number of rows. Rows that are recorded already are left alone.
    """
    rows = [row for row in rows if row.result_id is None]
    match_packs(rows)
    match_means(rows)
    _refuse_repetitions(rows)
    members = members_by_row(rows)
    by_kind = {kind: [row for row in rows if row.kind is kind and row.pack] for kind in Kind}
    capacity, resistance = by_kind[Kind.CAPACITY], by_kind[Kind.RESISTANCE]
    given = [capacity_input(row, members[id(row)]) for row in capacity]
    for row, faults in zip(capacity, capacity_problems(rows=given, actor=actor, at=at), strict=True):
        _note(row, faults, members[id(row)])
        _compare_soh(row)
    others = [resistance_input(row) for row in resistance]
    for row, faults in zip(resistance, resistance_problems(rows=others, actor=actor, at=at), strict=True):
        _note(row, faults, [])
    reported = by_kind[Kind.REPORTED]
    told = [report_input(row) for row in reported]
    for row, faults in zip(reported, report_problems(rows=told, at=at), strict=True):
        _note(row, faults, [])
    return members


def _refuse_repetitions(rows: Sequence[Staged]) -> None:
    seen: dict[tuple[object, ...], Staged] = {}
    for row in rows:
        if row.pack is None or row.kind not in _KINDS:
            continue
        key = (row.kind, row.pack.pk, *(row.values.get(name, "") for name in _KINDS[row.kind]))
        if key in seen:
            message = f"Row {seen[key].number} holds a result of the same kind for this pack."
            row.wrong("serial", "repeated", message, "Keep one of them.")
        else:
            seen[key] = row


def members_by_row(rows: Sequence[Staged]) -> Members:
    """Return the members of each capacity row, by its identity; note those that belong to none."""
    tests: dict[int, list[Staged]] = defaultdict(list)
    for row in rows:
        if row.kind is Kind.CAPACITY and row.pack:
            tests[row.pack.pk].append(row)
    members: dict[int, list[Staged]] = defaultdict(list)
    for row in rows:
        if row.kind is not Kind.MEMBERS or row.pack is None:
            continue
        basis = row.values.get("basis", "")
        found = [test for test in tests[row.pack.pk] if basis in ("", test.values.get("basis", ""))]
        if not found:
            message = "This file has no capacity test of this pack to which the member could belong."
            row.wrong("serial", "members", message, "Add the row of the capacity test.")
        elif len(found) > 1:
            message = "This file has two capacity tests of this pack."
            row.wrong("basis", "members", message, "Say to which the member belongs: ah or kwh.")
        else:
            members[id(found[0])].append(row)
    return members


def _note(row: Staged, faults: Mapping[str, str], members: Sequence[Staged]) -> None:
    for name, message in faults.items():
        first, _, rest = name.partition(".")
        if first == "members" and rest:
            index, _, field = rest.partition(".")
            members[int(index)].wrong(field, "recording", message)
        else:
            row.wrong(FIELD_OF.get(name, name), "recording", message)


def _compare_soh(row: Staged) -> None:
    """Compare a typed SOH with the looked-up reference, where the row does not state its own."""
    typed, measured = row.number_of("soh_check"), measured_of(row.values)
    if typed is None or measured is None or row.values.get("reference_value") or row.pack is None:
        return
    wanted = (row.values.get("reference_source"), row.values.get("basis"))
    known = (one.value for one in references_of(pack=row.pack) if (one.source, one.basis) == wanted)
    reference: Decimal | None = next(known, None)
    if reference and (said := soh_disagreement(typed, measured, reference)):
        row.wrong("soh_check", "soh_disagrees_reference", said, FIX)
