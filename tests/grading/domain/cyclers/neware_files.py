"""Neware files made here, record by record, as testers write them: the project holds nobody else's data."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REST, CHARGE, DISCHARGE, SIMULATION = 4, 1, 2, 17
_RANGE_MA = 12_000
_PER_MA = 10  # numbers of this range count tenths of a milliampere
_PAGE_BYTES = 4096
_NDA = np.dtype([
    ("identifier", "<u1"), ("_pad1", "V1"), ("index", "<u4"), ("cycle", "<u4"), ("step_index", "<u2"),
    ("step_type", "<u1"), ("step_count", "<u1"), ("step_time_ms", "<u8"), ("voltage", "<i4"),
    ("current", "<i4"), ("_pad3", "V8"), ("charge", "<i8"), ("discharge", "<i8"), ("charge_energy", "<i8"),
    ("discharge_energy", "<i8"), ("unix_time_s", "<u8"), ("range", "<i4"), ("_pad5", "V4"),
])  # fmt: skip
_NDC = np.dtype([
    ("_pad1", "V1"), ("index", "<u4"), ("cycle", "<u4"), ("step_index", "<u1"), ("step_type", "<u1"),
    ("_pad2", "V5"), ("step_time_ms", "<u8"), ("voltage", "<i4"), ("current", "<i4"), ("_pad3", "V4"),
    ("charge", "<i8"), ("discharge", "<i8"), ("charge_energy", "<i8"), ("discharge_energy", "<i8"),
    ("Y", "<u2"), ("M", "<u1"), ("D", "<u1"), ("h", "<u1"), ("m", "<u1"), ("s", "<u1"),
    ("range", "<i4"), ("_pad4", "V8"),
])  # fmt: skip
_AUX = np.dtype([
    ("_pad2", "V1"), ("index", "<u4"), ("_pad3", "V19"), ("voltage", "<i4"), ("_pad4", "V6"), ("degc", "<i2"),
    ("setpoint", "<i2"), ("_pad5", "V49"),
])  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step at constant current, recorded every ``every_s`` from 0 on."""

    kind: int
    current_a: float
    duration_s: int
    voltages: tuple[float, float]
    every_s: int = 10


FULL_TEST = (
    Step(REST, 0.0, 600, (3.5, 3.5)),
    Step(CHARGE, 1.0, 7200, (3.5, 4.2)),
    Step(REST, 0.0, 1800, (4.15, 4.15)),
    Step(DISCHARGE, -2.0, 3600, (4.1, 3.0)),
)


def _records(steps: Sequence[Step], dtype: np.dtype) -> np.ndarray:
    """Return the records of all steps in the tester's integers."""
    parts = []
    for number, step in enumerate(steps, start=1):
        at = np.arange(0, step.duration_s + 1, step.every_s)
        part = np.zeros(len(at), dtype)
        part["step_index"], part["step_type"] = number, step.kind
        part["step_time_ms"] = at * 1000
        part["voltage"] = np.round(np.linspace(*step.voltages, len(at)) * 10_000)
        part["current"] = round(step.current_a * 1000 * _PER_MA)
        passed = np.round(abs(step.current_a) * 1000 * _PER_MA * at)  # mA s in the range's units
        part["charge" if step.current_a > 0 else "discharge"] = passed
        part["range"] = _RANGE_MA
        parts.append(part)
    records = np.concatenate(parts)
    records["index"] = np.arange(1, len(records) + 1)
    return records


def write_nda(path: Path, steps: Sequence[Step] = FULL_TEST, *, barcode: str = "", version: int = 23) -> Path:
    """Write an .nda of version 23: a head with pointers, facts of the test, records of 86 bytes."""
    records = _records(steps, _NDA)
    records["identifier"], records["step_count"] = 85, records["step_index"]
    facts = bytearray(500)
    for place, text in ((37, "2026-11-20 08:00:00"), (137, "RB-TEST"), (343, barcode)):
        facts[place : place + len(text)] = text.encode()
    head = bytearray(256)
    head[:6], head[14] = b"NEWARE", version
    struct.pack_into("<I", head, 16, 128)  # of the block that names the range
    struct.pack_into("<ii", head, 24, 256, len(facts))
    struct.pack_into("<ii", head, 64, 256 + len(facts), records.nbytes)
    struct.pack_into("<i", head, 128 + 26, _RANGE_MA)
    path.write_bytes(bytes(head) + bytes(facts) + records.tobytes())
    return path


def write_ndax(
    path: Path,
    steps: Sequence[Step] = FULL_TEST,
    *,
    barcode: str = "RB-104",
    temperatures: Sequence[float] = (),
) -> Path:
    """Write an .ndax with records of version 5 and, if wanted, one auxiliary channel."""
    records = _records(steps, _NDC)
    records["Y"], records["M"], records["D"] = 2026, 11, 20
    members = {"data.ndc": _pages(records, kind=1)}
    if len(temperatures):
        aux = np.zeros(len(temperatures), _AUX)
        aux["index"], aux["degc"] = np.arange(1, len(aux) + 1), np.round(np.array(temperatures) * 10)
        members["data_AUX_1_1_1.ndc"] = _pages(aux, kind=5)
    return write_members(path, members, barcode=barcode)


def write_explosive_ndax(path: Path, *, rows: int) -> Path:
    """Write records and temperatures that all carry one number: joined by it they are rows times rows."""
    records, aux = np.zeros(rows, _NDC), np.zeros(rows + 1, _AUX)
    records["index"], records["M"], records["D"], records["Y"] = 1, 11, 20, 2026
    aux["index"], aux["degc"] = 1, 250
    return write_members(
        path, {"data.ndc": _pages(records, kind=1), "data_AUX_1_1_1.ndc": _pages(aux, kind=5)}, barcode=""
    )


def write_members(path: Path, members: Mapping[str, bytes], *, barcode: str) -> Path:
    """Write the archive with the facts of its test."""
    channel = '<Aux1 AuxID="1" ChlType="6"/>' if len(members) > 1 else ""
    facts = (
        '<?xml version="1.0" encoding="GB2312"?><root><config type="Test Info File"><TestInfo DevID="12"'
        ' UnitID="1" ChlID="5" TestID="60" StepName="capacity.xml" StartTime="2026-11-20 08:00:00"'
        f' Barcode="{barcode}">{channel}</TestInfo></config></root>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("TestInfo.xml", facts)
    return path


def _pages(records: np.ndarray, *, kind: int) -> bytes:
    """Lay records out in pages of 4 KiB, each with a bit per record that is used."""
    per_page = (_PAGE_BYTES - 132 - 1) // records.dtype.itemsize
    head = bytearray(_PAGE_BYTES)
    head[0], head[2] = kind, 5  # the version
    pages = [bytes(head)]
    for first in range(0, len(records), per_page):
        some = records[first : first + per_page]
        page = bytearray(_PAGE_BYTES)
        bits = np.packbits(np.ones(len(some), np.uint8), bitorder="little").tobytes()
        page[4 : 4 + len(bits)] = bits
        page[132 : 132 + some.nbytes] = some.tobytes()
        pages.append(bytes(page))
    return b"".join(pages)
