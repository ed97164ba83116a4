"""What a process that meets a hostile file may take, and how it tells what it found."""

import subprocess
import sys

import pytest

LIMITED = """
import os, resource
from intake.domain.limited_child import Limits, limit_itself
limit_itself(Limits(memory_bytes=256 << 20, cpu_s=5, file_bytes=1000), parent_pid={parent})
{act}
"""


def limited(act: str, *, parent: str = "os.getppid()") -> subprocess.CompletedProcess[str]:
    code = LIMITED.format(act=act, parent=parent)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


class TestLimitItself:
    @pytest.mark.parametrize(
        ("act", "told"),
        [
            ("bytes(512 << 20)", "MemoryError"),
            ("import tempfile\nwith tempfile.TemporaryFile() as f: f.write(bytes(5000))", "File too large"),
            ("files = [open('/dev/null') for _ in range(100)]", "Too many open files"),
        ],
    )
    def test_stops_what_takes_too_much(self, act, told):
        assert told in limited(act).stderr

    def test_does_not_outlive_its_parent(self):
        assert limited("print('alive')", parent="1 << 22").stdout == ""

    def test_lets_modest_work_through(self):
        assert limited("print(sum(range(10)))").stdout == "45\n"


class TestServe:
    def test_answers_the_order_line_by_line(self):
        code = (
            "from intake.domain.limited_child import Limits, serve\n"
            "serve(lambda order: iter([order['n'], '\\ud800', {'done': True}]),"
            " Limits(memory_bytes=1 << 30, cpu_s=5), lines_a_write=2)"
        )
        parent = (
            "import json, os, subprocess, sys\n"
            "order = json.dumps({'n': 7, 'parent_pid': os.getpid()})\n"
            f"subprocess.run([sys.executable, '-c', {code!r}], input=order, text=True)"
        )

        told = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, timeout=60)

        assert told.stdout == '7\n"\\ud800"\n{"done":true}\n'
