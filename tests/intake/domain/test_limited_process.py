"""A process with limits: its end is an answer, whatever it ends of."""

import pytest

from intake.domain.limited_process import Died, lines_of

CHILD = "intake.domain.attachments.child"
ORDER = {"path": "/nowhere", "file_name": "a.pdf", "folder": "/nowhere"}


class TestLinesOf:
    def test_ends_a_process_that_takes_too_long(self):
        with pytest.raises(Died) as ended:
            list(lines_of(CHILD, ORDER | {"path": "/dev/zero"}, timeout_s=0.01))

        assert ended.value.was_late

    def test_ends_a_process_that_tells_a_line_too_long(self, tmp_path):
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
        order = ORDER | {"path": str(tmp_path / "a.pdf"), "folder": str(tmp_path)}

        assert len(list(lines_of(CHILD, order, timeout_s=60))) == 2
        with pytest.raises(Died) as ended:
            list(lines_of(CHILD, order, timeout_s=60, longest_line_bytes=20))

        assert not ended.value.was_late

    def test_tells_a_bug_of_ours(self):
        with pytest.raises(RuntimeError, match="FileNotFoundError"):
            list(lines_of(CHILD, ORDER, timeout_s=60))

    def test_leaves_no_bytecode_that_its_file_limit_would_cut_off(self):
        told = list(lines_of("tests.intake.domain.telling_child", {}, timeout_s=60))

        assert told == [{"writes_bytecode": False}]
