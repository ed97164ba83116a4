"""Manifest files for tests, written on the fly, and the reading of them without a process between."""

import csv
import io
import os
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import open_table
from intake.domain.manifest.understanding import understand_table

TODAY = date(2026, 11, 22)
HEADING = ["Pack serial", "Make", "Model", "Accident", "DDR status", "Received as"]
GOOD = {
    "Pack serial": "LF40-0001",
    "Make": "Nissan",
    "Model": "Leaf",
    "Accident": "no",
    "DDR status": "none",
    "Received as": "product",
}
SHEET = "xl/worksheets/sheet1.xml"
SHEET_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
_TYPES = """
LEAF40|Nissan|Leaf|NMC532|40||
LEAF24A|Nissan|Leaf|LMO|24||
LEAF24B|Nissan|Leaf|LMO|24||
ZOE40|Renault|Zoe|NMC622|45.3|400|
ATTO3|BYD|Atto 3 (Blade)|LFP|60.48||
ID3-58|Volkswagen|ID.3|NMC712|62||
ID3-77|Volkswagen|ID.3/ID.4|NMC712|82||
SR-NCA|Tesla|Model 3|NCA|50||
SR-LFP|Tesla|Model 3|LFP|55||
KONA64|Hyundai/Kia|Kona / e-Niro|NMC622|67.5|356|180
TWIZY|Renault|Twizy|LMO/NMC|6.6||
"""
_MEASURES = (
    "key",
    "make",
    "model",
    "chemistry",
    "nominal_energy_kwh",
    "nominal_voltage_v",
    "rated_capacity_ah",
)
CATALOGUE = [dict(zip(_MEASURES, line.split("|"), strict=True)) for line in _TYPES.strip().splitlines()]


def rows_of(*packs, **everywhere):
    """Return a table with a heading for packs that differ from a good one; serials are made distinct."""
    heading = list(GOOD | {name: "" for pack in packs for name in pack} | everywhere)
    rows = [heading]
    for number, pack in enumerate(packs, 1):
        cells = GOOD | {"Pack serial": f"LF40-{number:04d}"} | everywhere | pack
        rows.append([cells.get(name, "") for name in heading])
    return rows


def write_csv(path: Path, rows, *, encoding="utf-8", delimiter=",") -> Path:
    """Write rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows, *, change=None) -> Path:
    """Write rows as a workbook, changed by a function of workbook and sheet before it is saved."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in rows:
        sheet.append(row)
    if change:
        change(workbook, sheet)
    workbook.save(path)
    return path


def rewrite_zip(path: Path, replaced: dict[str, bytes]) -> Path:
    """Replace or add members of a zip archive."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | replaced
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def workbook_with_sheet(path: Path, xml: str) -> Path:
    """Write a workbook whose sheet is the given XML."""
    return rewrite_zip(write_xlsx(path, [["x"]]), {SHEET: SHEET_XML.format(xml).encode()})


def opened(path: Path, **answers):
    """Return the table in a file."""
    return open_table(path, file_name=path.name, answers=answers)


def rows_in(path: Path, **answers):
    """Return the rows of a file by their numbers."""
    return {number: list(row) for number, row in opened(path, **answers).rows()}


def refusal_of(path: Path, file_name=None, **answers) -> str:
    """Return the code of the refusal of a file that is no table; it has a sentence for its sender."""
    with pytest.raises(Unreadable) as caught:
        table = open_table(path, file_name=file_name or path.name, answers=answers)
        list(table.rows())
    assert caught.value.message.endswith(".")
    return caught.value.code


class Understood:
    """What was understood of one file."""

    def __init__(self, lines):
        self.lines = list(lines)
        self.summary = self.lines[-1]["summary"]
        self.plan = self.lines[0]["plan"]
        rows = [line for line in self.lines if isinstance(line, list)]
        of_file = [line["problem"] for line in self.lines if isinstance(line, dict) and "problem" in line]
        names = ("row", "column", "field", "rule", "severity", "value", "message", "fix")
        self.problems = of_file + [
            dict(zip(names, (row, *problem), strict=True))
            for _, row, _, _, problems in rows
            for problem in problems
        ]
        self.packs = {row: values for fate, row, values, *_ in rows if fate == "pack"}
        self.refused = {row: values for fate, row, values, *_ in rows if fate == "refused"}
        self.dropped = {row: values for fate, row, values, *_ in rows if fate == "dropped"}
        self.cells = {row: cells for _, row, _, cells, _ in rows}
        self.questions = {question["id"]: question for question in self.summary["questions"]}
        self.groups = {(group["rule"], group["index"]): group for group in self.summary["groups"]}
        self.columns = {column["header"]: column for column in self.summary["columns"]}

    def rules(self):
        """Return (row, rule) of every problem, in order."""
        return [(problem["row"], problem["rule"]) for problem in self.problems]


def understood(path: Path, *, catalogue=(), corrections=None, **answers) -> Understood:
    """Understand a file in this process; answers may be given as ``{"unit:4": "Wh"}``."""
    corrections = corrections or Corrections(answers.pop("answers", {}))
    table = open_table(path, file_name=path.name, answers=corrections.answers)
    lines = understand_table(table, catalogue=catalogue, today=TODAY, corrections=corrections, **answers)
    return Understood(lines)


def shared_file(name: str) -> Path:
    """Return a reference file that lies beside the checkout, or skip the test."""
    beside = Path(os.environ.get("REBATTERY_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    path = beside / "data" / "manifests" / name
    if not path.exists():
        pytest.skip(f"needs the reference file {name} (set REBATTERY_SHARED)")
    return path
