"""A process with limits: its end is an answer, whatever it ends of."""

import subprocess
import sys

import pytest

from intake.domain.limited_process import Died, lines_of

CHILD = "intake.domain.attachments.child"
ORDER = {"path": "/nowhere", "file_name": "a.pdf", "folder": "/nowhere"}
LIMITED = """
import os, resource
from intake.domain.limited_process import limit_itself
limit_itself(parent_pid={parent}, memory_bytes=256 << 20, cpu_s=5, file_bytes=1000)
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


class TestLinesOf:
    def test_ends_a_process_that_takes_too_long(self):
        with pytest.raises(Died):
            list(lines_of(CHILD, ORDER | {"path": "/dev/zero"}, timeout_s=0.01))

    def test_tells_a_bug_of_ours(self):
        with pytest.raises(RuntimeError, match="FileNotFoundError"):
            list(lines_of(CHILD, ORDER, timeout_s=60))
