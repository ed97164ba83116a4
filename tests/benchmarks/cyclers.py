"""Testers' files: our reading against the reading library alone, and the memory of 10 million records."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import fastnda
import polars as pl

from grading.domain.cyclers.child import LIMITS
from grading.domain.cyclers.readers import read
from tests.benchmarks.cycler_files import neware_steps, write_text
from tests.benchmarks.measuring import Result, median, seconds
from tests.grading.domain.cyclers.neware_files import write_nda, write_ndax

ROUNDS = 5
NEWARE_ROWS = 1_000_000
TEXT_ROWS = 1_000_000
LONG_ROWS = 10_000_000
LONG_MIB = 1_536


def results() -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="rebattery-bench-") as name:
        folder = Path(name)
        steps = neware_steps(NEWARE_ROWS)
        for path in (write_nda(folder / "a.nda", steps), write_ndax(folder / "a.ndax", steps)):
            yield from _against(
                path, f"Neware {path.suffix}", "fastnda", lambda path=path: fastnda.read(path)
            )
        text = write_text(folder / "a.csv", TEXT_ROWS)
        yield from _against(text, "text", "polars", lambda: pl.read_csv(text))
        yield from _memory(write_text(folder / "long.csv", LONG_ROWS), folder / "table.parquet")


def _against(path: Path, what: str, library: str, alone: Callable[[], object]) -> Iterator[Result]:
    """Compare in turns, so that whatever else the machine does meets both."""
    rows = len(read(path)[0])
    alone()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: read(path)))
        theirs.append(seconds(alone))
    rate = rows / median(ours) / 1e6
    ratios = [their / our for their, our in zip(theirs, ours, strict=True)]
    yield Result(f"{what}, {rate:.1f} M rows/s: speed / {library} alone", median(ratios), 0.5)


def _memory(path: Path, table: Path) -> Iterator[Result]:
    program = [sys.executable, "-m", "tests.benchmarks.cycler_peak", str(path), str(table)]
    told = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    found = json.loads(told)
    assert found["rows"] == LONG_ROWS and found["chains"], found
    mib = found["reader_kb"] / 1024
    yield Result(
        f"10 M rows of text and their table: {mib:,.0f} MiB / {LONG_MIB:,} MiB",
        mib / LONG_MIB,
        1.0,
        at_least=False,
    )
    limit = LIMITS.memory_bytes >> 20
    yield Result(f"the same / the process's limit of {limit:,} MiB", mib / limit, 0.5, at_least=False)
