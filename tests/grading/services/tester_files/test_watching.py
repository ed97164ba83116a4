"""The watched folder: only files that stand still, each once, nothing touched."""

import os
from datetime import timedelta

import pytest

from grading.models import TesterFile
from grading.services.tester_files.watched_folder import look_into_watched_folder
from grading.services.tester_files.watching import Watched, look
from tests.factories import AT, balance, make_actor
from tests.grading.tester_samples import full_test

pytestmark = pytest.mark.django_db
STILL = timedelta(seconds=30)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "testers"
    path.mkdir()
    return path


class Looking:
    """Somebody who looks into a folder from time to time."""

    def __init__(self, folder):
        self.folder, self.watched = folder, Watched()

    def after(self, seconds: float) -> list[str]:
        at = AT + timedelta(seconds=seconds)
        taken = look(folder=self.folder, watched=self.watched, actor=make_actor(), at=at, still=STILL)
        return [each.path.name for each in taken]


class TestLook:
    def test_takes_a_file_once_it_stood_still_long_enough(self, folder):
        (folder / "RB-0001.csv").write_bytes(full_test())
        looking = Looking(folder)

        assert [looking.after(s) for s in (0, 29.9, 30, 31, 300)] == [[], [], ["RB-0001.csv"], [], []]
        assert TesterFile.objects.get().source == "watch"
        assert (folder / "RB-0001.csv").read_bytes() == full_test()
        balance()

    def test_waits_while_the_file_grows(self, folder):
        path, whole = folder / "RB-0001.csv", full_test()
        looking = Looking(folder)
        for number, end in enumerate((100, 200, len(whole))):
            path.write_bytes(whole[:end])
            assert looking.after(number * 40) == []

        assert looking.after(100) == [] and looking.after(110) == ["RB-0001.csv"]

    def test_waits_while_the_time_changes_though_the_size_does_not(self, folder):
        path = folder / "RB-0001.csv"
        path.write_bytes(full_test())
        looking = Looking(folder)
        looking.after(0)
        os.utime(path, ns=(1, 1))

        assert looking.after(40) == [] and looking.after(70) == ["RB-0001.csv"]

    def test_remembers_by_the_bytes_after_a_restart_and_under_another_name(self, folder):
        (folder / "RB-0001.csv").write_bytes(full_test())
        first = Looking(folder)
        first.after(0), first.after(30)
        (folder / "copy.csv").write_bytes(full_test())

        second = Looking(folder)
        second.after(60)

        assert second.after(90) == ["RB-0001.csv", "copy.csv"]
        assert TesterFile.objects.count() == 1
        balance()

    def test_takes_the_others_when_one_is_refused(self, folder):
        (folder / "a.pdf").write_bytes(b"%PDF-1.7\n")
        (folder / "b.csv").write_bytes(full_test())
        looking = Looking(folder)
        looking.after(0)

        assert looking.after(30) == ["a.pdf", "b.csv"]
        assert TesterFile.objects.get().file_name == "b.csv"

    @pytest.mark.parametrize("name", [".hidden.csv", "~$open.xlsx", "a.csv.part", "a.tmp", ".sync/a.csv"])
    def test_leaves_hidden_and_half_written_files(self, folder, name):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(full_test())
        looking = Looking(folder)
        looking.after(0)

        assert looking.after(60) == []

    def test_does_not_follow_links_out_of_the_folder(self, folder, tmp_path):
        (tmp_path / "secret.csv").write_bytes(full_test())
        (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
        looking = Looking(folder)
        looking.after(0)

        assert looking.after(60) == []

    def test_looks_into_folders_below(self, folder):
        (folder / "rig 2").mkdir()
        (folder / "rig 2" / "RB-0001.csv").write_bytes(full_test())
        looking = Looking(folder)
        looking.after(0)

        assert looking.after(30) == ["RB-0001.csv"]


class TestLookIntoWatchedFolder:
    def test_remembers_between_two_jobs(self, folder, settings):
        settings.TESTER_FOLDER = str(folder)
        (folder / "RB-0001.csv").write_bytes(full_test())
        taken = [
            look_into_watched_folder(actor=make_actor(), at=AT + timedelta(seconds=s)) for s in (0, 30, 60)
        ]

        assert [len(each) for each in taken] == [0, 1, 0]

    def test_does_nothing_without_a_folder(self, settings, folder):
        for name in ("", str(folder / "gone")):
            settings.TESTER_FOLDER = name
            assert look_into_watched_folder(actor=make_actor(), at=AT) == []
