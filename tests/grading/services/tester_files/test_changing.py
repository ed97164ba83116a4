"""What people do with a tester file: say whose it is, answer, place it, set it aside, take it back."""

import pytest

from grading.domain.tester_files.questions import AnswerUnknown
from grading.models import Derivation, TesterFile
from grading.services import tester_files
from grading.services.tester_files.tables import table_of
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_pack, make_person
from tests.grading.channeling import make_channel
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import make_bench_pack, make_ready, read, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return {"actor": make_actor(make_person(name="Ada")), "at": AT}


def last(file: TesterFile) -> str:
    events = events_of(subject_type="tester_file", subject_id=file.pk)
    return entry_of(events.last()).sentence


class TestAssign:
    def test_derives_the_file_again_with_the_ratings_of_the_pack(self, by):
        pack = make_bench_pack("RB-0001")
        file = read(send("channel 3.csv"))
        assert Derivation.objects.get().result["soh_percent"] is None

        queued = tester_files.assign(tester_file_id=file.pk, pack_id=pack.pk, **by)

        assert (queued.state, queued.pack_id, queued.run.attempts) == ("queued", pack.pk, 0)
        assert last(file) == "Ada said that channel 3.csv is of pack RB-0001."
        assert read(file).state == "ready"
        old, new = Derivation.objects.order_by("pk")
        assert (old.superseded_by_id, new.superseded_by_id) == (new.pk, None)
        assert new.result["soh_percent"] == pytest.approx(85.06, abs=0.01)
        assert not table_of(old).exists() and table_of(new).exists()
        balance()

    def test_saying_it_again_changes_nothing(self, by):
        file = make_ready()

        assert tester_files.assign(tester_file_id=file.pk, pack_id=file.pack_id, **by).version == file.version

    def test_refuses_a_pack_that_is_not_at_the_bench(self, by):
        file = read(send("channel 3.csv"))
        announced = make_pack(serial="RB-0007")

        with pytest.raises(tester_files.PackNotAtBench, match="RB-0007 is announced"):
            tester_files.assign(tester_file_id=file.pk, pack_id=announced.pk, **by)
        with pytest.raises(tester_files.PackNotAtBench):
            tester_files.assign(tester_file_id=file.pk, pack_id=0, **by)

    def test_refuses_while_it_is_read_and_when_somebody_was_quicker(self, by):
        pack = make_bench_pack("RB-0001")
        with pytest.raises(tester_files.WrongState, match="waiting to be read"):
            tester_files.assign(tester_file_id=send("a.csv").pk, pack_id=pack.pk, **by)
        file = read(send("b.csv", full_test(note=",b")))

        with pytest.raises(tester_files.FileMovedOn):
            tester_files.assign(tester_file_id=file.pk, pack_id=pack.pk, version=file.version - 1, **by)


class TestAnswer:
    def test_derives_the_file_again_with_the_answer_and_its_reason(self, by):
        make_bench_pack("RB-0001")
        file = read(send("RB-0001.csv", full_test(sign=-1)))
        assert file.state == "inbox"

        tester_files.answer(
            tester_file_id=file.pk, answers={"sign": "inverted"}, reason="Rig 2 is wired so.", **by
        )

        assert last(file) == (
            "Ada answered what RB-0001.csv leaves open, sign = inverted: Rig 2 is wired so."
        )
        assert read(file).state == "ready"
        new = Derivation.objects.get(superseded_by__isnull=True)
        assert new.parameters["answers"] == {"sign": "inverted"}
        assert new.result["capacity_ah"] == pytest.approx(97.82, abs=0.01)
        balance()

    def test_an_empty_answer_takes_it_back(self, by):
        make_bench_pack("RB-0001")
        file = read(send("RB-0001.csv", full_test(sign=-1)))
        answers = {"tester_file_id": file.pk, "reason": "Because.", **by}
        tester_files.answer(answers={"sign": "inverted"}, **answers)
        read(file)

        tester_files.answer(answers={"sign": ""}, **answers)

        file = read(file)
        assert (file.answers, file.state) == ({}, "inbox")
        balance()

    @pytest.mark.parametrize(
        "answers", [{"sign": "maybe"}, {"color": "red"}, {"temperature_sensor": "x" * 61}]
    )
    def test_refuses_what_is_no_answer(self, answers, by):
        file = make_ready()

        with pytest.raises(AnswerUnknown):
            tester_files.answer(tester_file_id=file.pk, answers=answers, reason="x", **by)

    def test_needs_a_reason(self, by):
        file = make_ready()

        with pytest.raises(ReasonMissing):
            tester_files.answer(tester_file_id=file.pk, answers={"sign": "inverted"}, reason=" ", **by)


class TestPlace:
    def test_keeps_the_derivation_when_only_the_channel_changes(self, by):
        file, channel = make_ready(), make_channel()

        placed = tester_files.place(tester_file_id=file.pk, channel_id=channel.pk, procedure_id=None, **by)

        assert (placed.state, placed.channel_id) == ("ready", channel.pk)
        assert "channel 1, no procedure" in last(file)
        balance()


class TestSetAside:
    def test_puts_it_away_with_the_reason_and_takes_it_back(self, by):
        file = make_ready()

        aside = tester_files.set_aside(tester_file_id=file.pk, reason="A trial run.", **by)
        assert (aside.state, aside.why) == ("set_aside", "A trial run.")
        assert last(file) == "Ada set RB-0001.csv aside: A trial run."

        assert tester_files.take_back(tester_file_id=file.pk, **by).state == "queued"
        assert read(file).state == "ready"
        balance()

    def test_needs_a_reason(self, by):
        file = make_ready()

        with pytest.raises(ReasonMissing):
            tester_files.set_aside(tester_file_id=file.pk, reason="", **by)

    def test_takes_back_only_what_was_set_aside(self, by):
        with pytest.raises(tester_files.WrongState):
            tester_files.take_back(tester_file_id=make_ready().pk, **by)


class TestReadAgain:
    def test_gives_a_refused_file_another_chance(self, by):
        file = read(send("RB-0001.csv", b"nothing at all\n" * 9))
        assert file.state == "refused"

        tester_files.read_again(tester_file_id=file.pk, **by)

        assert read(file).state == "refused"
        assert last(file).startswith("The tester file RB-0001.csv cannot be read")
        balance()

    def test_keeps_the_pack_that_a_person_named(self, by):
        pack = make_bench_pack("RB-0001")
        file = read(send("channel 3.csv"))
        tester_files.assign(tester_file_id=file.pk, pack_id=pack.pk, **by)
        read(file)

        tester_files.read_again(tester_file_id=file.pk, **by)

        assert read(file).pack_id == pack.pk
