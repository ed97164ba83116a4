"""The reading process: its limits, its lines and its deaths."""

import signal
import subprocess
import sys
import time

import pytest

from intake.domain import limited_process
from intake.domain.manifest.sandbox import FileRefused, understand
from tests.intake.manifest_files import (
    CATALOGUE,
    TODAY,
    Understood,
    rewrite_zip,
    rows_of,
    understood,
    write_csv,
    write_xlsx,
)

CORNER = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    b"</sheetData></worksheet>"
)


def lines_of(path, **options):
    return understand(path, file_name=path.name, catalogue=CATALOGUE, today=TODAY, **options)


def run_child(code):
    """Run code in a process that has limited itself as the reading process does."""
    limit = (
        "import os; from intake.domain.limited_child import limit_itself;"
        " from intake.domain.manifest.child import LIMITS; limit_itself(LIMITS, parent_pid=os.getppid()); "
    )
    return subprocess.run([sys.executable, "-c", limit + code], capture_output=True, timeout=30)


class TestUnderstand:
    @pytest.mark.parametrize("write", [write_csv, write_xlsx])
    def test_says_the_same_as_without_a_process(self, tmp_path, write):
        path = write(
            tmp_path / f"a.{write.__name__[-4:].lstrip('_')}", rows_of({"SOH": "0,82"}, {"Accident": ""})
        )

        through_process = Understood(lines_of(path))

        directly = understood(path, catalogue=CATALOGUE)
        assert through_process.summary == directly.summary
        assert through_process.packs == directly.packs
        assert through_process.problems == directly.problems

    def test_tells_its_progress(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", rows_of(*({} for _ in range(4100))))

        progress = [
            line["progress"] for line in lines_of(path) if isinstance(line, dict) and "progress" in line
        ]

        assert progress == [2000, 4000, 4101]

    def test_refuses_with_the_readers_sentence(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_bytes(b"")

        with pytest.raises(FileRefused) as caught:
            list(lines_of(path))
        assert (caught.value.code, caught.value.message) == ("empty", "The file is empty.")

    def test_refuses_a_far_corner_and_stays_alive(self, tmp_path):
        path = rewrite_zip(write_xlsx(tmp_path / "a.xlsx", rows_of({})), {"xl/worksheets/sheet1.xml": CORNER})

        with pytest.raises(FileRefused) as caught:
            list(lines_of(path))
        assert caught.value.code == "too_many_cells"

    def test_refuses_a_file_that_takes_too_long(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", rows_of({}))

        with pytest.raises(FileRefused) as caught:
            list(lines_of(path, timeout_s=0.001))
        assert caught.value.code == "too_large_or_broken"

    def test_refuses_a_file_whose_process_dies(self, tmp_path, monkeypatch):
        path = write_csv(tmp_path / "a.csv", rows_of(*({} for _ in range(20_000))))

        started = []
        start = limited_process._start
        monkeypatch.setattr(
            limited_process, "_start", lambda *given: started.append(start(*given)) or started[0]
        )

        lines = lines_of(path)
        next(lines)
        started[0].send_signal(signal.SIGABRT)
        with pytest.raises(FileRefused) as caught:
            list(lines)
        assert caught.value.code == "too_large_or_broken"

    def test_ends_the_process_when_nobody_reads_on(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", rows_of(*({} for _ in range(20_000))))
        lines = lines_of(path)
        next(lines)

        started = time.monotonic()
        lines.close()

        assert time.monotonic() - started < 5

    def test_raises_a_bug_as_a_bug(self, tmp_path):
        with pytest.raises(RuntimeError, match="FileNotFoundError"):
            list(lines_of(tmp_path / "absent.csv"))


class TestLimits:
    def test_bound_memory(self):
        ended = run_child("x = bytearray(900 << 20)")

        assert ended.returncode == 1
        assert b"MemoryError" in ended.stderr

    def test_bound_what_it_writes(self, tmp_path):
        ended = run_child(f"open({str(tmp_path / 'x')!r}, 'wb').write(bytes(1 << 20))")

        assert ended.returncode != 0
        assert (tmp_path / "x").stat().st_size <= 64 << 10

    def test_end_what_aborts_the_workbook_reader(self, tmp_path):
        path = rewrite_zip(write_xlsx(tmp_path / "a.xlsx", rows_of({})), {"xl/worksheets/sheet1.xml": CORNER})

        ended = run_child(
            f"import python_calamine as p; p.CalamineWorkbook.from_path({str(path)!r}).get_sheet_by_index(0)"
        )

        assert ended.returncode != 0


class TestProcess:
    def test_imports_neither_the_web_framework_nor_the_job_queue(self):
        program = (
            "import sys, intake.domain.manifest.child, intake.domain.manifest.understanding, "
            "intake.domain.manifest.files.xlsx; "
            "names = {name.partition('.')[0] for name in sys.modules}; "
            "print(names & {'django', 'celery', 'rebattery', 'rest_framework'})"
        )

        ended = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, cwd=limited_process._ROOT
        )

        assert ended.stdout == "set()\n"
