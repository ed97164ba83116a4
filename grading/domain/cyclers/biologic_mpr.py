"""BioLogic's binary .mpr, read by an optional package in a process of its own; else the .mpt is asked for."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from grading.domain.cyclers.lost_records import no_record
from grading.domain.cyclers.mpr_process import DAMAGED
from grading.domain.cyclers.table import ColumnSource, Floats, Reading, Unreadable

MAGIC = b"BIO-LOGIC MODULAR FILE"
_ROOT = Path(__file__).resolve().parents[3]
_PROCESS = "grading.domain.cyclers.mpr_process"
_LONGEST_S = 240
_MPT = "In EC-Lab open the test, choose Experiment, Export as text, and send the .mpt with the same records."
_VOLTAGES = ("Ecell/V", "<Ecell>/V", "Ewe/V", "<Ewe>/V", "Ewe-Ece/V")
_CURRENTS = (("I/mA", 1e-3), ("<I>/mA", 1e-3), ("I/A", 1.0), ("<I>/A", 1.0))
_CHARGES = ("dq/mA.h", "dQ/mA.h")
_TEMPERATURES = ("Temperature/°C", "Temperature/degC", "TC/°C")


def read_mpr(path: Path) -> Reading:
    """Return the one test of a .mpr file.

    A file of galvanostatic cycling may hold no current, only the charge that passed since the record before:
    then the current is that charge over that time.

    :raises Unreadable: when the optional reader is not installed, the file is damaged or holds no record.
    """
    if find_spec("galvani") is None:
        raise Unreadable("E_FORMAT", f"BioLogic's binary .mpr is not read by this installation. {_MPT}")
    head, columns = _told_by_its_process(path)
    if not head["rows"]:
        raise no_record()
    voltage = next((name for name in _VOLTAGES if name in columns), None)
    if "time/s" not in columns or voltage is None:
        raise Unreadable("E_FORMAT", f"The .mpr holds no time or no voltage: no test of a battery. {_MPT}")
    current, source = _current(columns)
    counters, counter_sources = _counters(columns)
    temperature = next((name for name in _TEMPERATURES if name in columns), None)
    sources = [
        ColumnSource(name="time_s", header="time/s", unit="s", factor=1.0),
        ColumnSource(name="voltage_v", header=voltage, unit="V", factor=1.0),
        source,
        *counter_sources,
    ]
    if temperature:
        sources.append(
            ColumnSource(name="temperature_degc:cell", header=temperature, unit="degC", factor=1.0)
        )
    return Reading(
        format="biologic_mpr",
        reader="datalab-org-galvani",
        reader_version=str(head["version"]),
        columns=tuple(sources),
        row=np.arange(1, head["rows"] + 1),
        time_s=columns["time/s"],
        voltage_v=columns[voltage],
        current_a=current,
        temperature_degc={"cell": columns[temperature]} if temperature else {},
        cycle=columns["cycle number"].astype(np.int64) if "cycle number" in columns else None,
        step=columns["Ns"].astype(np.int64) if "Ns" in columns else None,
        rows_in_file=head["rows"],
        started_at=str(head["started_at"]),
        meta={"software": "EC-Lab"},
        **counters,
    )


def _told_by_its_process(path: Path) -> tuple[dict[str, Any], dict[str, Floats]]:
    try:
        ended = subprocess.run(
            [sys.executable, "-B", "-E", "-s", "-X", "utf8", "-m", _PROCESS, str(path)],
            capture_output=True,
            cwd=_ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
            timeout=_LONGEST_S,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as fault:
        raise Unreadable("E_FORMAT", f"Reading the .mpr took too long. {_MPT}") from fault
    if ended.returncode == DAMAGED:
        message = f"The file begins like BioLogic's .mpr, but is damaged or of a version not known. {_MPT}"
        raise Unreadable("E_FORMAT", message)
    if ended.returncode:
        raise Unreadable("E_FORMAT", f"The .mpr could not be read: its reader broke down over it. {_MPT}")
    line, _, body = ended.stdout.partition(b"\n")
    head = json.loads(line)
    values = np.frombuffer(body, dtype="<f8").reshape(len(head["columns"]), head["rows"])
    return head, {name: values[at].copy() for at, name in enumerate(head["columns"])}


def _current(columns: Mapping[str, Floats]) -> tuple[Floats, ColumnSource]:
    for header, factor in _CURRENTS:
        if header in columns:
            unit = "mA" if factor != 1 else "A"
            source = ColumnSource(name="current_a", header=header, unit=unit, factor=factor)
            return columns[header] * factor, source
    header = next((name for name in _CHARGES if name in columns), "")
    if not header:
        raise Unreadable("E_FORMAT", f"The .mpr holds neither a current nor a charge. {_MPT}")
    passed_s = np.diff(columns["time/s"], prepend=columns["time/s"][:1])
    current = np.zeros_like(passed_s)
    np.divide(columns[header] * 3.6, passed_s, out=current, where=passed_s > 0)
    # mA.h a second are 3.6 A
    return current, ColumnSource(name="current_a", header=f"{header} / time/s", unit="mA.h/s", factor=3.6)


def _counters(columns: Mapping[str, Floats]) -> tuple[dict[str, Any], list[ColumnSource]]:
    """Return the net charge since the beginning, which every technique counts."""
    header = "(Q-Qo)/mA.h"
    if header not in columns:
        return {}, []
    source = ColumnSource(name="net_ah", header=header, unit="mA.h", factor=1e-3)
    return {"net_ah": columns[header] * 1e-3}, [source]
