"""Large declarations in a worker, races with the bench, and the instrument's way back."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from grading.models import CapacityTest, DeclarationRun, DeclaredPack
from grading.queries.declarations import declarations
from grading.queries.instruments import standing_of
from grading.services import decisions
from grading.services.declarations import carrying_out, run, sweep
from grading.services.instruments import add_channel
from grading.services.test_runs import (
    AnotherInstrumentNeeded,
    InstrumentLapsed,
    record_capacity,
)
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.bench import RECORDED_AT, capacity
from tests.evidence import GRADED_AT, make_inspected, publish_seed
from tests.factories import AT, balance, make_calibration, make_instrument, make_pack_type, make_person
from tests.grading.declaring import APPROVED_AT, SINCE, approve, make_measured, propose

HOUR = timedelta(hours=1)
LATER = APPROVED_AT + HOUR


@pytest.fixture
def bad(db):
    publish_seed()
    return make_instrument(code="CY-1")


def statuses():
    return set(Pack.objects.values_list("status", flat=True))


class TestRun:
    def test_carries_out_what_was_too_much_for_a_request(self, bad):
        make_measured(2, with_=bad)

        queued = approve(propose(bad), at_once=1)

        assert (queued.state, queued.result_count, statuses()) == ("queued", 2, {"graded"})
        assert standing_of(instrument=bad, on=APPROVED_AT.date()).fault.startswith("Declared bad")
        run(declaration_id=queued.pk, actor=SYSTEM, at=LATER)
        done = declarations().get()
        assert (done.state, done.done_at, statuses()) == ("done", LATER, {"inspected"})
        balance()

    def test_does_it_once(self, bad):
        make_measured(2, with_=bad)
        queued = approve(propose(bad), at_once=1)
        run(declaration_id=queued.pk, actor=SYSTEM, at=LATER)
        before = Event.objects.count()

        run(declaration_id=queued.pk, actor=SYSTEM, at=LATER)

        assert (Event.objects.count(), DeclaredPack.objects.count()) == (before, 2)

    def test_leaves_nothing_half_done_and_starts_again(self, bad, monkeypatch):
        make_measured(2, with_=bad)
        queued = approve(propose(bad), at_once=1)

        def die(**_):
            raise KeyboardInterrupt  # as a killed worker, after all but the last step

        monkeypatch.setattr(carrying_out, "tell_suppliers", die)
        with pytest.raises(KeyboardInterrupt):
            run(declaration_id=queued.pk, actor=SYSTEM, at=LATER)
        assert statuses() == {"graded"}
        assert not CapacityTest.objects.filter(invalidated_by__isnull=False).exists()
        assert declarations().get().state == "queued"

        monkeypatch.undo()
        DeclarationRun.objects.update(lease_until=AT)  # its lease lapses
        run(declaration_id=queued.pk, actor=SYSTEM, at=LATER)
        assert (declarations().get().state, statuses()) == ("done", {"inspected"})
        assert DeclarationRun.objects.get().attempts == 2
        balance()

    def test_is_swept_while_it_waits(self, bad):
        make_measured(2, with_=bad)
        queued = approve(propose(bad), at_once=1)
        assert sweep() in (0, 1)  # as many as the broker took
        run(declaration_id=queued.pk, actor=SYSTEM, at=LATER)
        assert sweep() == 0

    def test_works_in_sets(self, bad, django_assert_max_num_queries):
        make_measured(12, with_=bad)
        declaration = propose(bad)
        person = make_person("reviewer")
        with django_assert_max_num_queries(60):
            approve(declaration, by=person)


class TestRaces:
    """Two connections: what is recorded while the approval runs is refused or included."""

    @pytest.mark.parametrize("first", ["recording", "approving"])
    def test_a_result_is_refused_or_included(self, committed_db, first):
        publish_seed()
        bad = make_instrument(code="CY-1")
        make_measured(with_=bad)
        [pack] = make_inspected(pack_type=make_pack_type())
        declaration = propose(bad, since_at=AT)
        row = capacity(pack, bad)
        acts = {
            "recording": lambda: record_capacity(rows=[row], actor=SYSTEM, at=RECORDED_AT),
            "approving": lambda: approve(declaration, by=rita, at=RECORDED_AT),
        }
        rita = make_person("reviewer", name="Rita")
        outcomes: dict[str, str] = {}
        is_done, may_end = threading.Event(), threading.Event()

        def slowly(name):
            try:
                with transaction.atomic():
                    acts[name]()
                    outcomes[name] = "done"
                    is_done.set()
                    may_end.wait(5)
            except InstrumentLapsed:
                outcomes[name] = "refused"
            finally:
                is_done.set()
                connection.close()

        [second] = set(acts) - {first}
        slow = threading.Thread(target=slowly, args=[first])
        slow.start()
        is_done.wait(5)
        fast = threading.Thread(target=slowly, args=[second])
        fast.start()
        fast.join(0.5)
        assert second not in outcomes  # it waits for the first
        may_end.set()
        for thread in (slow, fast):
            thread.join()

        if second == "recording":
            assert outcomes == {"approving": "done", "recording": "refused"}
            assert not CapacityTest.objects.filter(pack=pack).exists()
        else:
            assert outcomes == {"recording": "done", "approving": "done"}
            run(declaration_id=declaration.pk, actor=SYSTEM, at=LATER)
            assert CapacityTest.objects.get(pack=pack).invalidated_by_id == declaration.pk
        assert declarations().get().state == "done"


class TestTheWayBack:
    def test_another_instrument_measures_and_the_pack_is_graded_again(self, bad):
        [pack] = make_measured(with_=bad)
        approve(propose(bad))
        self.record(pack, make_instrument(), APPROVED_AT)  # and needs no reason: nothing stands there
        assert statuses() == {"tested"}

        assert decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=LATER + HOUR) == 1

        tests = CapacityTest.objects.filter(pack=pack)
        assert tests.filter(invalidated_by__isnull=True).count() == 1
        assert tests.filter(superseded_by__isnull=True).count() == 2  # neither took the other's place
        assert statuses() == {"graded"}
        balance()

    def test_the_instrument_comes_back_but_not_its_results(self, bad):
        [pack] = make_measured(with_=bad)
        approve(propose(bad))
        make_calibration(
            bad,
            valid_from_date=LATER.date(),
            valid_to_date=LATER.date().replace(year=2027),
            at=LATER,
            has_passed=True,
        )

        assert not standing_of(instrument=bad, on=LATER.date()).fault
        assert CapacityTest.objects.get(pack=pack).invalidated_by_id
        with pytest.raises(AnotherInstrumentNeeded):
            self.record(pack, bad, APPROVED_AT + HOUR / 2)
        with pytest.raises(InstrumentLapsed, match="Declared bad"):
            self.record(make_inspected(pack_type=make_pack_type())[0], bad, GRADED_AT)

    def record(self, pack, instrument, measured_at):
        row = capacity(pack, instrument, measured_at=measured_at)
        record_capacity(rows=[row], actor=SYSTEM, at=LATER)

    def test_one_channel_takes_the_results_that_may_be_its_own(self, bad):
        one, two = (
            add_channel(instrument_id=bad.pk, code=code, limits={}, actor=SYSTEM, at=AT) for code in "12"
        )
        packs = [make_measured(with_=bad, test={"channel": channel})[0] for channel in (one, two, None)]

        approve(propose(bad, channel_id=one.pk, since_at=SINCE))

        assert [Pack.objects.get(pk=pack.pk).status for pack in packs] == ["inspected", "graded", "inspected"]
        found = standing_of(instrument=bad, on=APPROVED_AT.date())
        assert not found.fault  # by the other channel it may measure
        assert found.channels[one.pk].why.startswith("Channel 1: declared bad")
