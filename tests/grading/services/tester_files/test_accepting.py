"""Tester files at the door: kept once by their bytes, refused when they are something else."""

import pytest

from grading.models import TesterFile, TesterFileRun
from grading.services import tester_files
from intake.models import StoredFile
from intake.services import files
from intake.services.files import FileTooLarge
from rebattery.audit.trail import entry_of, events_of
from tests.factories import balance, make_actor
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import send

pytestmark = pytest.mark.django_db


class TestAccept:
    def test_keeps_the_bytes_and_tells_it(self):
        file = send("RB-0001.csv")

        assert files.path_of(file.stored_file).read_bytes() == full_test()
        assert (file.state, file.source, file.received_by) == ("queued", "page", "ReBattery")
        assert TesterFileRun.objects.get().tester_file_id == file.pk
        [event] = events_of(subject_type="tester_file", subject_id=file.pk)
        assert entry_of(event).sentence.startswith("ReBattery sent the tester file RB-0001.csv (")
        balance()

    def test_takes_the_same_bytes_once_whatever_their_name(self):
        first = send("a.csv")

        second, is_new = tester_files.accept(
            file_name="b.csv",
            content=files.path_of(first.stored_file).open("rb"),
            source=TesterFile.Source.API,
            actor=make_actor(),
            at=first.received_at,
        )

        assert (second.pk, is_new, second.file_name) == (first.pk, False, "a.csv")
        assert TesterFile.objects.count() == 1
        balance()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "an empty file"),
            (b"%PDF-1.7\n", "a PDF"),
            (b"\xff\xd8\xff\xe0 photo", "a photo"),
            (b"\x89PNG\r\n\x1a\n", "a picture"),
            (b"RIFF\0\0\0\0WEBP", "a picture"),
            (b"MZ\x90", "a program"),
            (b"\xef\xbb\xbf <!DOCTYPE html><p>", "a web page"),
        ],
    )
    def test_refuses_what_is_evidently_something_else(self, content, words):
        with pytest.raises(tester_files.NoTesterFile, match=words):
            send("a.csv", content)

        assert not StoredFile.objects.exists() and not TesterFile.objects.exists()

    def test_refuses_what_is_too_large(self, settings):
        settings.UPLOAD_LIMIT_BYTES = 10

        with pytest.raises(FileTooLarge):
            send("a.csv")

        assert not TesterFile.objects.exists()

    def test_takes_the_last_part_of_a_name_with_folders(self):
        assert send("C:\\data\\run 1\\RB-0001.nda").file_name == "RB-0001.nda"
