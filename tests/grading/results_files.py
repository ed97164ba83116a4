"""Files of results for tests: clean ones, of which a test changes what it is about."""

import csv
import io
from typing import Any

from grading.models import ResultsFile
from grading.services import results_files
from intake.models import Pack
from tests.bench import RECORDED_AT

CAPACITY = {
    "Pack serial": "", "Instrument": "CY-1", "Measured at (UTC)": "2026-11-20 13:00",
    "Temperature (°C)": "25",
    "Method": "cc_discharge", "Basis": "ah", "Measured charge (Ah)": "85.1", "Reference": "nameplate",
    "C-rate (C)": "0.33", "Voltage at the start (V)": "402", "Voltage at the end (V)": "288",
    "Ended by a cell's limit": "yes",
}  # fmt: skip
RESISTANCE = {
    "Pack serial": "", "Instrument": "CY-1", "Measured at (UTC)": "2026-11-20 13:00",
    "Temperature (°C)": "25",
    "Method": "dc_pulse", "Internal resistance (mΩ)": "72", "State of charge (%)": "50",
    "Pulse length (s)": "10", "Pulse current (A)": "100", "Baseline": "type_catalogue",
}  # fmt: skip
REPORTED = {
    "Pack serial": "", "Kind of report": "bms", "Reported SOH (%)": "81.5",
    "Read at (UTC)": "2026-11-20 13:00",
}  # fmt: skip


def text_of(*rows: dict[str, Any], delimiter: str = ",") -> bytes:
    """Return a CSV file of rows that all have the headings of the first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode()


def capacity(pack: Pack, **cells: Any) -> dict[str, Any]:
    return CAPACITY | {"Pack serial": pack.serial} | cells


def resistance(pack: Pack, **cells: Any) -> dict[str, Any]:
    return RESISTANCE | {"Pack serial": pack.serial} | cells


def reported(pack: Pack, **cells: Any) -> dict[str, Any]:
    return REPORTED | {"Pack serial": pack.serial} | cells


def send(content: bytes, actor: Any, *, name: str = "results.csv", record: bool = False) -> ResultsFile:
    file, _ = results_files.accept(
        file_name=name, content=io.BytesIO(content), record_if_clean=record, actor=actor, at=RECORDED_AT
    )
    return file


def errors_of(file: ResultsFile) -> dict[str, str]:
    """Return every error as ``kind.row.field`` to its message."""
    return {
        f"{row.kind}.{row.number}.{problem['field']}": problem["message"]
        for row in file.rows.order_by("kind", "number")
        for problem in row.problems
        if problem["severity"] == "error"
    }
