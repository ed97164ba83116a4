"""The command that watches a folder."""

import io

import pytest
from django.core.management import CommandError, call_command

from grading.models import TesterFile
from tests.grading.tester_samples import full_test

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


class TestWatchTesters:
    def test_takes_what_stands_still_and_says_so(self, tmp_path):
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "RB-0001.csv").write_bytes(full_test())
        (folder / "scan.pdf").write_bytes(b"%PDF-1.7\n")
        out = io.StringIO()

        call_command("watch_testers", str(folder), "--still=0.01", "--every=0.02", "--looks=4", stdout=out)

        file = TesterFile.objects.get()
        assert f"RB-0001.csv: taken as tester file {file.pk}" in out.getvalue()
        assert "scan.pdf: not taken: This is a PDF" in out.getvalue()

    def test_refuses_what_is_no_folder(self, tmp_path):
        with pytest.raises(CommandError, match="no folder"):
            call_command("watch_testers", str(tmp_path / "gone"))
