"""How time and memory grow with a file, and what bad rows cost."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from intake.domain.manifest.reading import open_table
from intake.models import ManifestState
from tests.benchmarks.manifests import csv_of, import_of, xlsx_of
from tests.benchmarks.measuring import RUNS, Result, median, seconds
from tests.factories import make_supplier

SMALL, LARGE = 25_000, 100_000
XLSX_ROWS = 20_000
BAD_ROWS = 10_000


def results() -> Iterator[Result]:
    supplier = make_supplier("GROWTH")
    import_of(supplier, "growth-warm-up", csv_of("growth-warm-up", 100))
    growth = [
        _import(supplier, f"L{run}", LARGE) / _import(supplier, f"S{run}", SMALL) for run in range(RUNS)
    ]
    yield Result(
        f"import of {LARGE:,} rows / of {SMALL:,} rows, at most", median(growth), 5.5, at_least=False
    )
    yield Result(f"import of {LARGE:,} rows / of {SMALL:,} rows, at least", median(growth), 3)
    costs = [
        _import(supplier, f"B{run}", BAD_ROWS, bad_share=0.5) / _import(supplier, f"C{run}", BAD_ROWS)
        for run in range(RUNS)
    ]
    yield Result("file with 50 % bad rows / clean file", median(costs), 2, at_least=False)
    yield Result("openpyxl read-only / our parse of an XLSX", _xlsx(), 4)
    more = (_peak_kb(199_999) - _peak_kb(49_999)) / 1024
    yield Result("more MB for a CSV of 200,000 rows than of 50,000", more, 30, at_least=False)


def _import(supplier, label: str, rows: int, *, bad_share: float = 0) -> float:
    content = csv_of(label, rows, bad_share=bad_share)
    made = []
    spent = seconds(lambda: made.append(import_of(supplier, label, content)))
    expected = ManifestState.DRAFT if bad_share else ManifestState.IMPORTED
    assert made[0].state == expected, made[0].refusal
    return spent


def _xlsx() -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = xlsx_of("X", XLSX_ROWS, Path(folder) / "packs.xlsx")
        theirs = median([seconds(lambda: _by_openpyxl(path)) for _ in range(RUNS)])
        return theirs / median([seconds(lambda: _by_us(path)) for _ in range(RUNS)])


def _by_openpyxl(path: Path) -> None:
    workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    assert sum(1 for _ in workbook.worksheets[0].iter_rows(values_only=True)) == XLSX_ROWS + 1
    workbook.close()


def _by_us(path: Path) -> None:
    assert sum(1 for _ in open_table(path, file_name=path.name).rows()) == XLSX_ROWS + 1


def _peak_kb(rows: int) -> int:
    """Return the peak memory of a worker and of its reading process together, in a fresh worker."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(csv_of(f"M{rows}", rows))
        file.flush()
        command = [sys.executable, "-m", "tests.benchmarks.peak", file.name]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return sum(json.loads(answer.stdout.splitlines()[-1]).values())
