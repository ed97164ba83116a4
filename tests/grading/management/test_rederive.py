"""The command that computes everything again."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.database import tamper
from tests.grading.testing_files import make_ready, send

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


def run(*args):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("rederive", *args, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


class TestRederive:
    def test_says_that_nothing_differs(self):
        make_ready()

        assert run() == (0, "1 derivation of 1 file and 0 recorded results compared: no difference.\n", "")

    def test_says_it_as_json_too(self):
        make_ready()

        code, out, _ = run("--json")

        assert (code, json.loads(out)) == (0, {"files": 1, "derivations": 1, "results": 0, "differences": 0})

    def test_says_when_there_was_nothing_to_compare(self):
        file = send()

        assert run("--file", str(file.pk)) == (0, "Nothing is derived yet: nothing was compared.\n", "")

    def test_refuses_a_file_that_does_not_exist(self):
        with pytest.raises(CommandError, match="There is no tester file 9999.") as refused:
            run("--file", "9999")

        assert refused.value.returncode == 2

    def test_ends_with_1_and_names_field_old_and_new(self):
        file = make_ready()
        tamper("grading_derivation", "algorithm_version = '0'")

        code, out, err = run("--file", str(file.pk))

        assert (code, err) == (1, "1 derivation of 1 file and 0 recorded results compared: 1 difference.\n")
        assert "algorithm_version: stored 0, now 1" in out

    def test_tells_it_as_json(self):
        file = make_ready()
        tamper("grading_derivation", "algorithm_version = '0'")

        code, out, _ = run("--json")

        told, summary = map(json.loads, out.splitlines())
        assert summary["differences"] == 1
        assert (code, told["tester_file_id"], told["field"], told["old"]) == (
            1,
            file.pk,
            "algorithm_version",
            "0",
        )
