import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from grading.domain.undoing import UNDO_WINDOW
from grading.services import decisions, reviews
from grading.services.telling import EVERY, take_results_as_told, tell_results
from intake.domain.dispositions import SETTLES_AFTER
from intake.domain.lifecycle import Move
from intake.services.lifecycle import move_packs
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.trail import settled_before
from rebattery.notices.models import Notice, Watermark
from tests.evidence import GRADED_AT, make_reviews, make_tested, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.regrading import carry_out, order, publish_stricter
from tests.grading.services.disputes.acts import answer, dispute
from tests.grading.services.reviews.acts import WHY

MOMENT = timedelta(microseconds=1)
START = GRADED_AT + timedelta(hours=1)


def wait_for_settled():
    """Wait until nothing that began before now is open, on a server that other tests use as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (now,) = cursor.fetchone()
    until = time.monotonic() + 60
    while settled_before() <= now:
        assert time.monotonic() < until, "another transaction stays open"
        time.sleep(0.05)


def tell(after):
    wait_for_settled()
    return tell_results(at=START + after)


def tell_later():
    """Tell when the time since the last digest has passed, whenever that was."""
    return tell(Watermark.objects.get().at - START + EVERY)


def quarantine(*packs):
    with transaction.atomic():
        ids = [pack.pk for pack in packs]
        move_packs(pack_ids=ids, move=Move.QUARANTINE, actor=SYSTEM, at=START, reason="Smoke")


def told():
    return [(notice.title, notice.text) for notice in Notice.objects.order_by("pk")]


@pytest.fixture
def begun(committed_db):
    """A database in which all is told so far."""
    publish_seed()
    take_results_as_told(at=START)


def graded(count, **evidence):
    packs = make_tested(count, **evidence)
    decisions.grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
    return packs


def reviewed(**evidence):
    [case] = make_reviews(**evidence)
    return case


def about(case):
    return f"Pack {case.pack.serial} of batch {case.pack.batch.number} has a result"


@pytest.fixture
def ravi(begun):
    return make_actor(make_person(Role.REVIEWER))


class TestTellResults:
    def test_tells_what_was_graded_before_it_first_ran(self, committed_db):
        publish_seed()
        graded(1)

        assert tell_later() == 1
        assert tell_later() == 0

    def test_tells_each_batch_once_in_one_sentence(self, begun):
        good, bad = graded(3), graded(2, soh="15")
        number, other = good[0].batch.number, bad[0].batch.number

        assert tell(EVERY) == 2
        assert tell(2 * EVERY) == 0

        assert told() == [
            (f"{number}: 3 packs have a result", f"3 packs have a result in batch {number}: 3 graded."),
            (
                f"{other}: 2 packs have a result",
                f"2 packs have a result in batch {other}: 2 held for a review.",
            ),
        ]
        assert Notice.objects.first().supplier_id == good[0].supplier_id
        assert Notice.objects.first().path == f"/batches/{good[0].batch_id}/"

    def test_counts_a_pack_once_with_its_last_result(self, begun):
        packs = graded(3)
        quarantine(packs[0])

        tell(EVERY)

        assert told()[0][1].endswith(": 2 graded, 1 put into quarantine.")

    def test_tells_a_later_result_in_a_later_digest(self, begun):
        packs = graded(2)
        tell(EVERY)
        quarantine(packs[1])

        assert tell(2 * EVERY) == 1

        number, serial = packs[1].batch.number, packs[1].serial
        assert told()[1] == (
            f"{number}: pack {serial} has a result",
            f"Pack {serial} of batch {number} has a result: put into quarantine.",
        )

    def test_is_silent_where_grading_again_changes_nothing(self, begun):
        good, held = graded(2), graded(2, soh="15")
        tell(EVERY)
        carry_out(order([*good, *held]))

        assert tell(2 * EVERY) == 0

    def test_tells_what_grading_again_changed(self, begun):
        stays, goes = graded(1, soh="78"), graded(1, soh="74")
        tell(EVERY)
        publish_stricter()
        carry_out(order([*stays, *goes]))
        carry_out(order([*stays, *goes]))  # what changed nothing does not hide what did before it

        assert tell(2 * EVERY) == 1
        assert told()[-1][0] == f"{goes[0].batch.number}: pack {goes[0].serial} has a result"

    def test_tells_a_first_result_that_was_soon_confirmed(self, begun):
        packs = graded(1)
        carry_out(order(packs))

        assert tell(EVERY) == 1

    def test_tells_no_retest(self, begun):
        packs = graded(2)
        tell(EVERY)
        answer(dispute(packs[0]), make_actor(make_person(Role.REVIEWER)))

        assert tell(2 * EVERY) == 0
        assert told()[-1][0] == f"Your dispute about pack {packs[0].serial} was upheld"

    def test_tells_no_result_that_was_taken_back(self, begun):
        packs = graded(2)
        answer(dispute(packs[0]), make_actor(make_person(Role.REVIEWER)))

        assert tell(EVERY) == 1
        assert told()[-1][0] == f"{packs[1].batch.number}: pack {packs[1].serial} has a result"

    def test_waits_while_a_reviewer_may_take_their_step_back(self, begun, ravi):
        case = reviewed()
        step = START + EVERY
        reviews.confirm(cases={case.pk: 1}, why=WHY, actor=ravi, at=step)

        assert tell(EVERY + SETTLES_AFTER - MOMENT) == 0
        assert tell(2 * EVERY + SETTLES_AFTER) == 1
        assert " has a result: rejected. Each reject has its report: " in told()[-1][1]

    def test_tells_nothing_of_a_step_that_was_taken_back(self, begun, ravi):
        case = reviewed()
        tell(EVERY)
        step = START + 2 * EVERY
        reviews.confirm(cases={case.pk: 1}, why=WHY, actor=ravi, at=step)
        reviews.undo(case_id=case.pk, version=2, actor=ravi, at=step + UNDO_WINDOW)

        # The reject is old enough to be told, its end is not.
        assert tell(2 * EVERY + SETTLES_AFTER) == 0
        assert tell(4 * EVERY) == 0
        assert [text for _, text in told()] == [f"{about(case)}: held for a review."]

    def test_tells_what_stood_before_a_step_that_was_taken_back(self, begun, ravi):
        case = reviewed()
        reviews.confirm(cases={case.pk: 1}, why=WHY, actor=ravi, at=START)
        reviews.undo(case_id=case.pk, version=2, actor=ravi, at=START + UNDO_WINDOW)

        assert tell(EVERY) == 1
        assert [text for _, text in told()] == [f"{about(case)}: held for a review."]

    def test_tells_the_step_that_followed_one_taken_back(self, begun, ravi):
        case = reviewed(soh="74", ratio="2.0")
        reviews.confirm(cases={case.pk: 1}, why=WHY, actor=ravi, at=START)
        reviews.undo(case_id=case.pk, version=2, actor=ravi, at=START)
        reviews.confirm(cases={case.pk: 3}, why=WHY, actor=ravi, at=START)

        assert tell(EVERY) == 1
        assert [text for _, text in told()] == [f"{about(case)}: graded."]

    @pytest.mark.parametrize(("early", "number"), [(timedelta(seconds=1), 0), (timedelta(), 1)])
    def test_waits_its_time_to_the_second(self, begun, early, number):
        graded(1)

        assert tell(EVERY - early) == number

    def test_leaves_out_no_pack_whose_transaction_ends_late(self, begun):
        packs = make_tested(1)
        is_moved, may_end = threading.Event(), threading.Event()

        def slowly():
            with transaction.atomic():
                quarantine(*packs)
                is_moved.set()
                may_end.wait(30)
            connections.close_all()

        slow = threading.Thread(target=slowly)
        slow.start()
        is_moved.wait(30)
        assert tell_results(at=START + EVERY) == 0
        may_end.set()
        slow.join()

        assert tell(2 * EVERY) == 1

    def test_starts_anew_where_transactions_are_counted_anew(self, begun):
        Watermark.objects.update(transaction_id=2**60)  # as in a database restored into another server
        graded(1)

        assert tell(EVERY) == 0
        assert Watermark.objects.get().transaction_id < 2**60


class TestTakeResultsAsTold:
    def test_takes_in_its_own_transaction(self, committed_db):
        publish_seed()
        with transaction.atomic():
            old = graded(1)
            take_results_as_told(at=START)
        quarantine(*make_tested(1))

        assert tell(EVERY) == 1
        assert old[0].batch.number not in told()[0][0]
