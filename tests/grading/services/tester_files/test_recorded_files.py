"""A file that gave a result stays tied to it, whatever a later reading makes of the file."""

from datetime import timedelta

import pytest

from grading.models import CapacityTest
from grading.queries.tester_files import tests_of as shown_tests
from grading.services import tester_files
from grading.services.tester_files import CapacityAnswers, Head
from intake.services import files
from tests.factories import AT, balance, make_actor, make_instrument
from tests.grading.testing_files import make_bench_pack, make_ready, read

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=8)
CAPACITY = CapacityAnswers(
    procedure_id=None, reference_source="pack_type", basis="ah", ended_by_cell_limit=False
)


@pytest.fixture
def by():
    return {"actor": make_actor(), "at": LATER}


@pytest.fixture
def recorded(by):
    file = make_ready()
    tester_files.record_results(
        tester_file_id=file.pk,
        test_index=0,
        head=Head(instrument_id=make_instrument().pk, channel_id=None, measured_at=AT + timedelta(hours=5)),
        capacity=CAPACITY,
        resistance=None,
        **by,
    )
    return file


def read_anew(file, by):
    tester_files.read_again(tester_file_id=file.pk, **by)
    return read(file)


class TestReadAgain:
    def test_leaves_a_recorded_file_recorded_and_with_its_pack(self, recorded, by):
        other = make_bench_pack("RB-0002")

        again = read_anew(recorded, by)

        assert (again.state, again.pack_id, again.why) == ("recorded", recorded.pack_id, "")
        with pytest.raises(tester_files.WrongState, match="recorded"):
            tester_files.assign(tester_file_id=recorded.pk, pack_id=other.pk, **by)
        with pytest.raises(tester_files.WrongState, match="recorded"):
            tester_files.set_aside(tester_file_id=recorded.pk, reason="A trial run.", **by)
        balance()

    def test_leaves_it_recorded_when_it_gives_nothing_any_more_and_says_why(self, recorded, by):
        tester_files.answer(
            tester_file_id=recorded.pk, answers={"sign": "inverted"}, reason="Rig 2 is wired so.", **by
        )

        again = read(recorded)

        assert (again.state, again.why != "") == ("recorded", True)
        balance()

    def test_leaves_it_recorded_when_it_cannot_be_read_any_more(self, recorded, by):
        path = files.path_of(recorded.stored_file)
        path.chmod(0o600)
        path.write_bytes(b"nothing at all\n" * 9)

        again = read_anew(recorded, by)

        assert again.state == "recorded" and again.why.startswith("E_")
        balance()


class TestTestsOf:
    def test_names_what_was_recorded_from_an_earlier_reading(self, recorded, by):
        tester_files.answer(
            tester_file_id=recorded.pk, answers={"sign": "inverted"}, reason="Rig 2 is wired so.", **by
        )

        [test] = shown_tests(file=read(recorded))

        [result] = test.capacity
        assert result == CapacityTest.objects.get()
        assert result.derivation_id != test.derivation.pk
