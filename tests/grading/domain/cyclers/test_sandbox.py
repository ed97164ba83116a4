"""The limited process: what it tells, what it may write, and what becomes of it over a poison file."""

import subprocess
import sys
import time

import polars as pl
import pytest

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.sandbox import read_and_derive
from grading.domain.cyclers.table import Unreadable
from intake.domain import limited_process
from tests.grading.domain.cyclers.neware_files import write_explosive_ndax, write_nda, write_ndax
from tests.grading.domain.cyclers.poison_files import write_endless_res
from tests.grading.domain.cyclers.real_files import real_file

RATED = Parameters(rated_capacity_ah=2.0, voltage_min_v=3.0, voltage_max_v=4.2)


def derived(path, **options):
    return read_and_derive(path, **({"parameters": RATED} | options))


def refusal(path, **options):
    with pytest.raises(Unreadable) as caught:
        derived(path, **options)
    return caught.value.code, caught.value.message


def in_limits(code):
    """Run code in a process that has limited itself as the reading process does."""
    limit = (
        "import os; from intake.domain.limited_child import limit_itself;"
        " from grading.domain.cyclers.child import LIMITS; limit_itself(LIMITS, parent_pid=os.getppid()); "
    )
    return subprocess.run([sys.executable, "-c", limit + code], capture_output=True, timeout=60)


class TestReadAndDerive:
    def test_gives_what_the_test_gives(self, tmp_path):
        (test,) = derived(write_nda(tmp_path / "a.nda"))

        assert test["format"] == "neware_nda"
        assert test["rows"] == 1324
        assert test["discharge_ah"] == pytest.approx(2.0, rel=1e-3)
        assert test["parameters"]["rated_capacity_ah"] == 2.0
        assert test["table_path"] is None

    def test_leaves_the_file_as_it_is(self, tmp_path):
        path = write_nda(tmp_path / "a.nda")
        before = path.read_bytes(), path.stat().st_mtime_ns

        derived(path)

        assert (path.read_bytes(), path.stat().st_mtime_ns) == before
        assert list(tmp_path.iterdir()) == [path]

    def test_puts_the_canonical_table_where_it_is_wanted(self, tmp_path):
        table = tmp_path / "tables" / "a.parquet"
        table.parent.mkdir()

        (test,) = derived(write_ndax(tmp_path / "a.ndax", temperatures=[24.5] * 1324), table_path=table)

        assert test["table_path"] == str(table)
        frame = pl.read_parquet(table)
        assert len(frame) == 1324 and frame["temperature_degc"][0] == 24.5

    def test_tells_its_progress(self, tmp_path):
        told = []

        derived(write_nda(tmp_path / "a.nda"), on_progress=told.append)

        assert told == [
            {"stage": "reading"},
            {"stage": "deriving", "test": 1, "tests": 1, "rows": 1324},
        ]

    def test_refuses_with_the_readers_sentence(self, tmp_path):
        path = tmp_path / "a.nda"
        path.touch()

        assert refusal(path) == ("E_EMPTY", "The file is empty. Copy it from the tester again.")

    def test_leaves_a_missing_file_to_its_caller(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            derived(tmp_path / "absent.nda")


class TestPoison:
    def test_a_small_file_that_takes_all_memory_is_ended_and_told(self, tmp_path):
        path = write_explosive_ndax(tmp_path / "a.ndax", rows=60_000)
        assert path.stat().st_size < 100_000
        started = time.monotonic()

        code, message = refusal(path)

        assert code == "E_FORMAT" and "export it as CSV" in message or "takes more memory" in message
        assert time.monotonic() - started < 60

    def test_a_file_that_holds_its_reader_for_ever_is_ended_and_told(self, tmp_path):
        path = write_endless_res(tmp_path / "a.res")
        started = time.monotonic()

        code, message = refusal(path, timeout_s=6)

        assert code == "E_FORMAT" and "in the time allowed" in message
        assert 6 <= time.monotonic() - started < 30

    def test_nothing_of_a_dead_process_stays(self, tmp_path, monkeypatch):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
        (tmp_path / "scratch").mkdir()

        refusal(write_endless_res(tmp_path / "a.res"), timeout_s=3)

        assert list((tmp_path / "scratch").iterdir()) == []

    def test_a_real_file_is_read_after_a_poison_file(self, tmp_path):
        refusal(write_explosive_ndax(tmp_path / "a.ndax", rows=60_000))

        assert derived(real_file("neware/nda_v23.nda"))[0]["rows"] == 2706


class TestLimits:
    def test_bound_memory(self):
        ended = in_limits("x = bytearray(6 << 30)")

        assert ended.returncode == 1 and b"MemoryError" in ended.stderr

    def test_bound_what_it_writes(self, tmp_path):
        path = tmp_path / "x"

        ended = in_limits(f"f = open({str(path)!r}, 'wb', 0); f.seek((1 << 30) + 1); f.write(b'x')")

        assert ended.returncode != 0
        assert path.stat().st_size == 0


class TestProcess:
    def test_imports_what_meets_the_file_only_under_its_limits(self):
        program = (
            "import sys, grading.domain.cyclers.child; "
            "names = {name.partition('.')[0] for name in sys.modules}; "
            "print(names & {'access_parser', 'fastnda', 'galvani', 'numpy', 'polars', 'rest_framework'})"
        )

        ended = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, cwd=limited_process._ROOT
        )

        assert ended.stdout == "set()\n"
