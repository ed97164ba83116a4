"""Arbin's .res, an Access database with one or several tests, read by access-parser."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from grading.domain.cyclers.access_rows import NotPlain, numbers_of
from grading.domain.cyclers.lost_records import fewer_than_announced, no_record, numbers_missing
from grading.domain.cyclers.table import ColumnSource, Flag, Floats, Ints, Reading, Unreadable

_RECORDS = "Channel_Normal_Table"
_EPOCH = datetime(1899, 12, 30)
_TEMPERATURE_TYPE = 1  # of Auxiliary_Table.Data_Type
_SOURCES = (
    ("time_s", "Test_Time", "s"),
    ("voltage_v", "Voltage", "V"),
    ("current_a", "Current", "A"),
    ("cycle", "Cycle_Index", ""),
    ("step", "Step_Index", ""),
    ("step_time_s", "Step_Time", "s"),
    ("charge_ah", "Charge_Capacity", "Ah"),
    ("discharge_ah", "Discharge_Capacity", "Ah"),
    ("charge_wh", "Charge_Energy", "Wh"),
    ("discharge_wh", "Discharge_Energy", "Wh"),
)
_REQUIRED = ("Test_Time", "Voltage", "Current")
_META = (
    ("Test_Name", "test_name"),
    ("Schedule_File_Name", "schedule"),
    ("Creator", "operator"),
    ("Comments", "remarks"),
    ("Item_ID", "serial"),
    ("Serial_Number", "serial"),
)
Table = Mapping[str, list[Any]]


def read_res(path: Path) -> list[Reading]:
    """Return one reading per Test_ID; the databases of MITS 7 differ in columns that nobody needs.

    :raises Unreadable: when it is no Arbin database, is damaged or holds no record.
    """
    from access_parser import AccessParser

    logging.getLogger("access_parser").setLevel(logging.CRITICAL + 1)  # it prints whole pages
    try:
        database = AccessParser(str(path))
        names = set(database.catalog)
    except MemoryError:
        raise
    except Exception as fault:  # whatever a damaged database makes of its reader
        raise _damaged() from fault
    if _RECORDS not in names:
        message = (
            f"The file is an Access database without the table {_RECORDS}, so it is no Arbin result. Export"
            " the test from Arbin's Data Watcher as CSV or XLSX."
        )
        raise Unreadable("E_FORMAT", message)
    wanted = {header for _, header, _ in _SOURCES} | {"Test_ID", "Data_Point", "DateTime"}
    columns = _numbers(database, _RECORDS, wanted)
    if missing := [name for name in _REQUIRED if name not in columns]:
        raise Unreadable("E_FORMAT", f"The table {_RECORDS} has no column {', '.join(missing)}.")
    if not len(columns["Test_Time"]):
        raise no_record()
    lost = _lost(database, found=len(columns["Test_Time"]))
    tests = columns.get("Test_ID")
    if any(np.isnan(columns[name]).any() for name in ("Test_ID", "Data_Point") if name in columns):
        raise _damaged()
    if tests is None:
        tests = np.ones(len(columns["Test_Time"]))
    about = _rows(_table(database, "Global_Table")) if "Global_Table" in names else []
    software = _first(_table(database, "Version_Table"), "Version_Schema_Field")
    aux = _temperatures(database, names)
    found = []
    for test in np.unique(tests):
        chosen = np.flatnonzero(tests == test)
        fact = next((row for row in about if row.get("Test_ID") == test), {})
        reading = _reading(columns, chosen, int(test), fact, software, aux)
        reading.flags = (*reading.flags, *lost)
        found.append(reading)
    return found


def _damaged() -> Unreadable:
    message = "The file begins like an Arbin .res, but is damaged or cut off. Copy it from the tester again."
    return Unreadable("E_FORMAT", message)


def _table(database: Any, name: str) -> Table:
    if name not in database.catalog:
        return {}
    try:
        return database.parse_table(name) or {}
    except MemoryError:
        raise
    except Exception as fault:
        raise _damaged() from fault


def _lost(database: Any, *, found: int) -> tuple[Flag, ...]:
    """Flag records that the head of the table counts and no page holds: the file is cut off."""
    announced = int(database.get_table(_RECORDS).table_header.number_of_rows)
    if announced <= found:
        return ()
    return (fewer_than_announced(announced=announced, held=found),)


def _numbers(database: Any, name: str, wanted: Collection[str]) -> dict[str, Floats]:
    """Return the columns of numbers; a row that lost a field would shift all that follow."""
    try:
        return numbers_of(database.get_table(name), wanted)
    except NotPlain:
        table = _table(database, name)
    except MemoryError:
        raise
    except Exception as fault:
        raise _damaged() from fault
    chosen = {header: list(values) for header, values in table.items() if header in wanted}
    if len({len(values) for values in chosen.values()}) > 1:
        raise _damaged()
    try:
        return {header: np.array(values, dtype=np.float64) for header, values in chosen.items()}
    except (TypeError, ValueError) as fault:
        raise _damaged() from fault


def _rows(table: Table) -> list[dict[str, Any]]:
    columns = {name: values for name, values in table.items() if isinstance(values, list)}
    count = max((len(values) for values in columns.values()), default=0)
    return [{name: values[at] for name, values in columns.items() if at < len(values)} for at in range(count)]


def _first(table: Table, name: str) -> str:
    values = table.get(name) or [""]
    return str(values[0] or "")


def _temperatures(database: Any, names: set[str]) -> dict[tuple[int, str], tuple[Ints, Floats]]:
    """Return points and values of each temperature channel by test and name."""
    if "Auxiliary_Table" not in names:
        return {}
    wanted = ("Test_ID", "Data_Point", "Auxiliary_Index", "Data_Type", "X")
    columns = _numbers(database, "Auxiliary_Table", wanted)
    if any(header not in columns for header in wanted):
        return {}
    test, point, index, kind, value = (columns[header] for header in wanted)
    is_hot = (kind == _TEMPERATURE_TYPE) & np.isfinite(test) & np.isfinite(point) & np.isfinite(index)
    found = {}
    for number in np.unique(test[is_hot]):
        for channel in np.unique(index[is_hot & (test == number)]):
            mine = is_hot & (test == number) & (index == channel)
            found[int(number), f"aux_temperature_{int(channel)}"] = (
                point[mine].astype(np.int64),
                value[mine],
            )
    return found


def _reading(
    columns: Mapping[str, Floats],
    chosen: Ints,
    test: int,
    fact: Mapping[str, Any],
    software: str,
    aux: Mapping[tuple[int, str], tuple[Ints, Floats]],
) -> Reading:
    point = columns.get("Data_Point")
    if point is not None:
        # A database has no order of its own; the number of the record is its order.
        chosen = chosen[np.argsort(point[chosen], kind="stable")]
        row = point[chosen].astype(np.int64)
    else:
        row = chosen + 1
    taken = {header: columns[header][chosen] for _, header, _ in _SOURCES if header in columns}
    temperatures = {name: _at(row, *pairs) for (number, name), pairs in aux.items() if number == test}
    counters: dict[str, Any] = {name: taken.get(header) for name, header, _ in _SOURCES[6:]}
    return Reading(
        format="arbin_res",
        reader="access-parser",
        reader_version=version("access-parser"),
        columns=(
            *(ColumnSource(name=n, header=h, unit=u, factor=1.0) for n, h, u in _SOURCES if h in taken),
            *(
                ColumnSource(name=f"temperature_degc:{n}", header="X", unit="degC", factor=1.0)
                for n in temperatures
            ),
        ),
        row=row,
        time_s=taken["Test_Time"],
        voltage_v=taken["Voltage"],
        current_a=taken["Current"],
        temperature_degc=temperatures,
        step_time_s=taken.get("Step_Time"),
        cycle=_whole(taken.get("Cycle_Index")),
        step=_steps(taken.get("Step_Index"), taken.get("Cycle_Index")),
        rows_in_file=len(row),
        started_at=_started(fact.get("Start_DateTime"), columns.get("DateTime"), chosen),
        meta=_meta(fact, test, software),
        flags=_missing(row) if point is not None else (),
        **counters,
    )  # fmt: skip


def _at(row: Ints, points: Ints, values: Floats) -> Floats:
    """Return a slower channel's value at each record: the one logged with it, else NaN."""
    order = np.argsort(points, kind="stable")
    place = np.searchsorted(points[order], row)
    place = np.clip(place, 0, max(0, len(points) - 1))
    return np.where(points[order][place] == row, values[order][place], np.nan)


def _whole(values: Floats | None) -> Ints | None:
    return None if values is None else np.nan_to_num(values).astype(np.int64)


def _steps(step: Floats | None, cycle: Floats | None) -> Ints | None:
    """Count how often the program went on: Step_Index repeats in every loop."""
    if step is None:
        return None
    changes = np.diff(step, prepend=step[:1]) != 0
    if cycle is not None:
        changes |= np.diff(cycle, prepend=cycle[:1]) != 0
    return np.cumsum(changes) + 1


def _started(start: Any, stamps: Floats | None, chosen: Ints) -> str:
    days = start if isinstance(start, float) else None
    if days is None and stamps is not None and np.isfinite(stamps[chosen[0]]):
        days = float(stamps[chosen[0]])
    if not days or not 0 < days < 100_000:
        return ""
    return (_EPOCH + timedelta(days=days)).isoformat(sep=" ", timespec="seconds")


def _meta(fact: Mapping[str, Any], test: int, software: str) -> dict[str, Any]:
    told: dict[str, Any] = {"test_id": test}
    for theirs, ours in _META:
        if fact.get(theirs):
            told[ours] = str(fact[theirs])
    if fact.get("Channel_Index") is not None:
        told["channel"] = str(
            int(fact["Channel_Index"]) + 1
        )  # counted from 0 in the file, from 1 on the tester
    if software:
        told["software"] = software
    return told


def _missing(row: Ints) -> tuple[Flag, ...]:
    gone = int(row[-1]) - int(row[0]) + 1 - len(np.unique(row))
    if not gone:
        return ()
    return (numbers_missing(gone=gone, last=int(row[-1])),)
