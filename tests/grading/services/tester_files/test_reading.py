"""Tester files read: matched, derived, settled once, whatever the file does and whoever dies."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from grading.models import Derivation, TesterFile, TesterFileRun
from grading.services import tester_files
from grading.services.tester_files import deriving, reading
from grading.services.tester_files.lease import LEASES
from grading.services.tester_files.tables import table_of
from intake.services.leases import MAX_ATTEMPTS, Leases
from rebattery.audit.trail import entry_of, events_of
from tests.evidence import make_inspected
from tests.factories import AT, balance, make_actor, make_pack_type
from tests.grading.tester_samples import TYPE, full_test, partial_test
from tests.grading.testing_files import make_bench_pack, read, send

pytestmark = pytest.mark.django_db


def sentences(file: TesterFile) -> list[str]:
    return [entry_of(event).sentence for event in events_of(subject_type="tester_file", subject_id=file.pk)]


class TestRun:
    def test_matches_by_name_and_derives_with_the_ratings_of_the_type(self):
        pack = make_bench_pack("RB-0001")

        file = read(send("RB-0001 capacity.csv"))

        assert (file.state, file.why, file.pack_id, file.format) == ("ready", "", pack.pk, "bdf_text")
        derivation = Derivation.objects.get()
        assert derivation.parameters["rated_capacity_ah"] == 115.0
        assert derivation.parameters["rated_capacity_source"] == "pack_type"
        assert derivation.result["capacity_ah"] == pytest.approx(97.82, abs=0.01)
        assert derivation.result["soh_percent"] == pytest.approx(85.06, abs=0.01)
        assert (derivation.file_sha256, derivation.reader) == (file.stored_file.sha256, "tables")
        assert table_of(derivation).exists()
        [made] = events_of(subject_type="derivation", subject_id=derivation.pk)
        assert (made.pack_id, made.facts["sha256"]) == (pack.pk, deriving.sha256_of(derivation.result))
        assert sentences(file)[-1] == (
            "The tester file RB-0001 capacity.csv was read: ready to record, 97.825 Ah, 1 pulse."
        )
        balance()

    def test_waits_for_a_person_without_a_pack(self):
        make_bench_pack("RB-0001")

        file = read(send("channel 3.csv"))

        assert (file.state, file.pack_id, file.candidates) == ("inbox", None, [])
        assert file.why.startswith("E_PACK: Neither its name nor its content")
        balance()

    def test_waits_for_a_person_when_several_packs_fit(self):
        make_bench_pack("RB-0001")
        make_bench_pack("RB-0002")

        file = read(send("RB-0001 RB-0002.csv"))

        assert (file.state, file.candidates) == ("inbox", ["RB-0001", "RB-0002"])
        assert "RB-0001, RB-0002" in file.why

    def test_waits_when_two_suppliers_use_the_serial(self):
        make_bench_pack("RB-0001")
        make_bench_pack("RB-0001")

        assert read(send("RB-0001.csv")).candidates == ["RB-0001"]

    def test_waits_with_the_finding_when_nothing_may_be_concluded(self):
        make_bench_pack("RB-0001")

        file = read(send("RB-0001.csv", full_test(sign=-1)))

        assert file.state == "inbox" and file.why.startswith("E_SIGN: ")
        assert "E_SIGN" in file.flag_codes
        balance()

    def test_says_what_is_missing_when_the_type_is_unknown(self):
        bare = make_pack_type(**dict.fromkeys(TYPE))
        make_inspected(1, serial="RB-0005", pack_type=bare, rated_capacity_ah=None)

        file = read(send("RB-0005.csv"))

        assert file.state == "inbox" and "E_PACKTYPE" in file.flag_codes

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"\0\1\2 nonsense" * 50, "E_FORMAT"), (b"a,b\n1,2\n", "E_FORMAT"), (b"PK\3\4 half a zip", "E_")],
    )
    def test_refuses_what_no_reader_knows_with_a_sentence(self, content, code):
        file = read(send("RB-0001.csv", content))

        assert file.state == "refused" and file.why.startswith(code)
        assert not Derivation.objects.exists()
        assert sentences(file)[-1].startswith("The tester file RB-0001.csv cannot be read: E_")
        balance()

    def test_reading_again_the_same_keeps_the_derivation(self):
        make_bench_pack("RB-0001")
        file = read(send())
        [first] = Derivation.objects.all()

        tester_files.read_again(tester_file_id=file.pk, actor=make_actor(), at=AT)
        read(file)

        assert Derivation.objects.get().pk == first.pk
        balance()

    def test_does_nothing_to_what_is_settled(self):
        file = read(send("RB-0001.csv", partial_test()))
        version = file.version

        assert read(file).version == version


class TestDeadWorker:
    def test_is_followed_by_another_and_nothing_is_doubled(self):
        make_bench_pack("RB-0001")
        file = send()
        LEASES.claim(file.pk)
        assert tester_files.sweep() == 0

        TesterFileRun.objects.update(lease_until=Now() - timedelta(seconds=1))

        assert read(file).state == "ready"
        assert (Derivation.objects.count(), TesterFileRun.objects.get().attempts) == (1, 2)
        balance()

    def test_dying_each_time_ends_in_a_refusal_and_blocks_no_other(self):
        make_bench_pack("RB-0001")
        poison, sound = send("poison.csv", full_test(note=",p")), send()
        for _ in range(MAX_ATTEMPTS):
            assert LEASES.claim(poison.pk)
            TesterFileRun.objects.update(lease_until=Now() - timedelta(seconds=1))

        assert read(sound).state == "ready"
        assert read(poison).state == "refused"
        assert "ended without a result each time" in TesterFile.objects.get(pk=poison.pk).why
        balance()

    def test_too_late_writes_nothing(self, monkeypatch):
        make_bench_pack("RB-0001")
        file = send()

        def taken_over(locked, *args):
            raise AssertionError("the fence let a late worker through")

        fence = Leases.lock

        def lock(leases, lease):
            TesterFileRun.objects.update(lease_token=None)
            return fence(leases, lease)

        monkeypatch.setattr(reading, "_settle", taken_over)
        monkeypatch.setattr(Leases, "lock", lock)

        assert read(file).state == "queued"
        assert not Derivation.objects.exists()
