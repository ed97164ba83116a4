"""Neware's binary files, .nda and .ndax, read by fastnda and put into canonical units."""

import logging
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from grading.domain.cyclers.aux_channels import temperatures_of
from grading.domain.cyclers.lost_records import fewer_than_announced, no_record, numbers_missing
from grading.domain.cyclers.neware_meta import meta_of
from grading.domain.cyclers.table import (
    CHARGE,
    DISCHARGE,
    REST,
    UNKNOWN,
    ColumnSource,
    Flag,
    Floats,
    Ints,
    Reading,
    Unreadable,
)

_CHARGING = (1, 3, 7, 9, 11, 18, 27, 29)  # CC, CV, CCCV, CP, CR, PCCCV, CPCV, CRCV
_DISCHARGING = (2, 8, 10, 19, 20, 26, 28)
_RESTING = (4, 13, 22)  # rest, pause, OCV
_BOTH_WAYS = (16, 17, 23, 24, 25, 30)  # pulse, simulation, sub-step, follow, ramp, cyclic voltammetry
_REQUIRED = ("index", "voltage_V", "current_mA", "total_time_s")
_SOURCES = (
    ("time_s", "total_time_s", "s", 1.0),
    ("voltage_v", "voltage_V", "V", 1.0),
    ("current_a", "current_mA", "mA", 1e-3),
    ("step_time_s", "step_time_s", "s", 1.0),
    ("cycle", "cycle_count", "", 1.0),
    ("step", "step_count", "", 1.0),
    ("state", "step_type", "", 1.0),
)


def read_neware(path: Path, *, kind: str) -> Reading:
    """Return the one test of a Neware file.

    :param kind: ``nda`` or ``ndax``, as its content says.
    :raises Unreadable: when no reader knows its version, it is damaged or holds no record.
    """
    # Imported here, in the process that meets the file: fastnda replaces functions of zlib for all of it.
    import fastnda

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        named = Path(folder) / f"test.{kind}"  # fastnda goes by the ending; ours may be a hash
        named.symlink_to(path.resolve())
        frame, flags = _frame(named, kind)
        warnings.simplefilter("ignore")  # doubts about what is told beside the records
        facts = _facts(named)
    temperatures, aux_columns, aux_flags = temperatures_of(frame)
    counters, counter_columns = _counters(frame)
    flags += [*aux_flags, *_cut_off(path, kind), *_missing(frame, facts)]
    started_at, meta = meta_of(facts)
    return Reading(
        format=f"neware_{kind}",
        reader="fastnda",
        reader_version=fastnda.__version__,
        columns=(*_columns(frame), *counter_columns, *aux_columns),
        row=_ints(frame, "index"),
        time_s=_floats(frame, "total_time_s"),
        voltage_v=_floats(frame, "voltage_V"),
        current_a=_floats(frame, "current_mA") * 1e-3,
        state=_states(frame),
        temperature_degc=temperatures,
        step_time_s=_floats(frame, "step_time_s") if "step_time_s" in frame else None,
        cycle=_ints(frame, "cycle_count") if "cycle_count" in frame else None,
        step=_ints(frame, "step_count") if "step_count" in frame else None,
        rows_in_file=len(frame),
        started_at=started_at,
        meta=meta,
        flags=tuple(flags),
        **counters,
    )


def _frame(named: Path, kind: str) -> tuple[pl.DataFrame, list[Flag]]:
    import fastnda

    logging.getLogger("fastnda").setLevel(logging.CRITICAL)  # what matters of it becomes a flag
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            frame = fastnda.read(named, cycle_mode="raw", raw_categories=True)
    except NotImplementedError as fault:
        message = (
            f"This version of Neware's .{kind} cannot be read. Export the test from BTSDA as CSV or XLSX"
            " and send that."
        )
        raise Unreadable("E_FORMAT", message) from fault
    except MemoryError:
        raise
    except Exception as fault:  # whatever a damaged file makes of a reader
        raise Unreadable(
            "E_FORMAT",
            f"The file begins like Neware's .{kind}, but is damaged or cut off. Copy it from the tester"
            " again.",
        ) from fault
    if missing := [name for name in _REQUIRED if name not in frame.columns]:
        message = (
            f"The file holds no {', '.join(missing)}: a part of the .{kind} is missing. Copy it again, or"
            " export it from BTSDA as CSV."
        )
        raise Unreadable("E_FORMAT", message)
    if frame.is_empty():
        raise no_record()
    is_doubted = any(each.category.__name__ == "UnverifiedFormatWarning" for each in told)
    return frame, [_unverified(kind)] if is_doubted else []


def _facts(named: Path) -> Mapping[str, Any]:
    import fastnda

    try:
        return fastnda.read_metadata(named)
    except MemoryError:
        raise
    except Exception:  # the records are there; what is told about them is extra
        return {}


def _unverified(kind: str) -> Flag:
    return Flag(
        "W_FORMAT",
        f"This version of the .{kind} has not been compared with the maker's own export by those who read it."
        " Compare one file with its CSV from BTSDA before relying on it.",
    )


def _cut_off(path: Path, kind: str) -> list[Flag]:
    """Flag an .nda that is shorter than its own head says.

    Up to version 29 the head points to the records, in 129 and 130 to what is told of the test, behind them.
    """
    if kind != "nda":
        return []
    with path.open("rb") as file:
        head = file.read(72)
    if len(head) < 72:
        return []
    at, size = (64, 4) if head[14] <= 29 else (34, 8)
    begin, length = (int.from_bytes(head[from_ : from_ + size], "little") for from_ in (at, at + size))
    if not length or begin + length <= path.stat().st_size:
        return []
    message = "The file is shorter than it says of itself: it is cut off. Copy it from the tester again."
    return [Flag("W_TRUNCATED", message)]


def _missing(frame: pl.DataFrame, facts: Mapping[str, Any]) -> list[Flag]:
    """Flag records that the file announces or skips and that are not there."""
    announced, last = facts.get("num_datapoints"), int(frame["index"][-1])
    if isinstance(announced, int) and announced > len(frame):
        return [fewer_than_announced(announced=announced, held=len(frame))]
    gone = last - int(frame["index"][0]) + 1 - len(frame)
    return [numbers_missing(gone=gone, last=last)] if gone > 0 else []


def _columns(frame: pl.DataFrame) -> tuple[ColumnSource, ...]:
    return tuple(
        ColumnSource(name=name, header=header, unit=unit, factor=factor)
        for name, header, unit, factor in _SOURCES
        if header in frame.columns
    )


def _counters(frame: pl.DataFrame) -> tuple[dict[str, Any], tuple[ColumnSource, ...]]:
    """Return the tester's counters: apart where every step goes one way, else the net one."""
    if "capacity_mAh" not in frame.columns:
        return {}, ()
    sources = [ColumnSource(name="net_ah", header="capacity_mAh", unit="mAh", factor=1e-3)]
    net = _floats(frame, "capacity_mAh") * 1e-3
    if "step_type" not in frame.columns or frame["step_type"].is_in(_BOTH_WAYS).any():
        return {"net_ah": net}, tuple(sources)
    counters = {"charge_ah": np.clip(net, 0, None), "discharge_ah": np.clip(-net, 0, None)}
    del net
    if "energy_mWh" in frame.columns:
        energy = _floats(frame, "energy_mWh") * 1e-3
        counters |= {"charge_wh": np.clip(energy, 0, None), "discharge_wh": np.clip(-energy, 0, None)}
    return counters, tuple(
        ColumnSource(name=name, header=f"{'capacity_mAh' if name.endswith('ah') else 'energy_mWh'}",
                     unit="mAh" if name.endswith("ah") else "mWh",
                     factor=1e-3 if name.startswith("charge") else -1e-3)
        for name in counters
    )  # fmt: skip


def _states(frame: pl.DataFrame) -> Ints | None:
    if "step_type" not in frame.columns:
        return None
    words = np.full(256, UNKNOWN, dtype=np.int64)
    for codes, state in ((_CHARGING, CHARGE), (_DISCHARGING, DISCHARGE), (_RESTING, REST)):
        words[list(codes)] = state
    return words[frame["step_type"].fill_null(0).to_numpy()]


def _floats(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).to_numpy(writable=True)


def _ints(frame: pl.DataFrame, name: str) -> Ints:
    return frame[name].cast(pl.Int64).fill_null(0).to_numpy()
