"""The command that computes everything again."""

import io
import json

import pytest
from django.core.management import call_command

from tests.database import tamper
from tests.grading.testing_files import make_ready

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

        assert run() == (0, "No difference.\n", "")

    def test_ends_with_1_and_names_field_old_and_new(self):
        file = make_ready()
        tamper("grading_derivation", "algorithm_version = '0'")

        code, out, err = run("--file", str(file.pk))

        assert (code, err) == (1, "1 differences.\n")
        assert "algorithm_version: stored 0, now 1" in out

    def test_tells_it_as_json(self):
        file = make_ready()
        tamper("grading_derivation", "algorithm_version = '0'")

        code, out, _ = run("--json")

        told = json.loads(out)
        assert (code, told["tester_file_id"], told["field"], told["old"]) == (
            1,
            file.pk,
            "algorithm_version",
            "0",
        )
