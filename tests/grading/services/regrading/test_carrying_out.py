"""Carrying an order out: chunk by chunk, once, with the former decision linked."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from grading.models import Decision, GradingRunPack, GradingRunTally, GradingRunWork, ReviewCase
from grading.queries.decisions import replayed_decisions
from grading.services import decisions, regrading
from grading.services.decisions import deciding
from grading.services.regrading import carrying_out as module
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.audit.trail import events
from tests.evidence import add_inspection, publish_seed
from tests.factories import balance
from tests.grading.regrading import REGRADED_AT, carry_out, decide_since, make_graded, order, publish_stricter


@pytest.fixture
def policy(db):
    return publish_seed()


def grades() -> list[str]:
    current = Decision.objects.filter(superseded_by=None).order_by("pack_id")
    return list(current.values_list("grade", flat=True))


def outcomes(run) -> list[tuple[str, str]]:
    return list(run.packs.order_by("pack_id").values_list("outcome", "why"))


class Killed(BaseException):
    """What ends a worker without a word."""


class TestRun:
    def test_decides_again_and_links_what_was(self, policy):
        packs = make_graded(3)
        former = {decision.pack_id: decision.pk for decision in Decision.objects.all()}
        newer = publish_stricter()

        run = carry_out(order(packs), chunk_size=2)

        assert grades() == ["C", "C", "C"]
        for decision in Decision.objects.filter(superseded_by=None):
            old = Decision.objects.get(superseded_by=decision)
            assert (old.pk, old.grade, old.policy) == (former[decision.pack_id], "B", policy)
            assert (decision.policy, decision.run) == (newer, run)
        assert (run.state, run.done_at) == ("done", REGRADED_AT)
        assert outcomes(run) == [("decided", "")] * 3
        assert list(GradingRunTally.objects.values_list("grade", "packs")) == [("C", 3)]
        assert {pack.status for pack in Pack.objects.all()} == {"graded"}
        balance()
        assert not [replayed for replayed in replayed_decisions() if replayed.differences]

    def test_tells_why_on_each_pack(self, policy):
        [pack] = make_graded()
        carry_out(order([pack], reason="The audit of March"))

        told = events().filter(subject_type="pack", subject_id=pack.pk).order_by("id")
        again = [event.event_type for event in told][-2:]
        assert again == ["pack.graded_again", "pack.graded"]
        assert told.get(event_type="pack.graded_again").reason == "The audit of March"
        done = events().get(event_type="grading_run.done")
        assert (done.facts["packs"], done.facts["left"]) == (1, 0)

    def test_changes_nothing_a_second_time(self, policy):
        run = carry_out(order(make_graded(2)))
        before = (Decision.objects.count(), events().count())

        carry_out(run)

        assert (Decision.objects.count(), events().count()) == before

    def test_leaves_what_was_decided_on_since(self, policy):
        stays, goes = make_graded(2)
        run = order([stays, goes])
        decide_since([stays])
        current = Decision.objects.get(pack=stays, superseded_by=None)

        carry_out(run)

        assert Decision.objects.get(pack=stays, superseded_by=None) == current
        assert outcomes(run) == [("left", "decided on since it was chosen"), ("decided", "")]
        done = events().filter(event_type="grading_run.done").latest("id")
        assert done.facts["left"] == 1
        balance()

    def test_takes_the_place_of_an_open_review(self, policy):
        [pack] = make_graded(soh="15")
        [case] = ReviewCase.objects.all()

        carry_out(order([pack]))

        case.refresh_from_db()
        assert case.state == "superseded"
        assert ReviewCase.objects.get(pack=pack, state="open").decision.run is not None
        assert Pack.objects.get(pk=pack.pk).status == "in_review"
        balance()

    def test_puts_a_pack_that_cannot_be_judged_in_review(self, policy):
        packs = make_graded(5)
        add_inspection(packs[2:3], "odd")

        run = carry_out(order(packs))

        assert grades() == ["B", "B", "H", "B", "B"]
        assert run.state == "done"
        assert ReviewCase.objects.get(pack=packs[2]).rule == "GRADING_FAILED"
        assert set(GradingRunTally.objects.values_list("kind", "packs")) == {("policy", 4), ("failed", 1)}

    def test_goes_on_where_a_killed_worker_stopped(self, policy, monkeypatch):
        run = order(make_graded(4))
        die_on(monkeypatch, call=2)
        with pytest.raises(Killed):
            carry_out(run, chunk_size=2)
        assert Decision.objects.filter(run=run).count() == 2
        monkeypatch.undo()
        carry_out(run)
        assert Decision.objects.filter(run=run).count() == 2, "the dead worker's lease still holds"

        GradingRunWork.objects.update(lease_until=None)
        carry_out(run)

        assert Decision.objects.filter(run=run).count() == 4
        assert Decision.objects.filter(superseded_by=None).count() == 4
        balance()

    def test_gives_a_pack_that_kills_workers_to_a_person(self, policy, monkeypatch):
        packs = make_graded(30)
        killer = packs[17]
        judge = deciding.judge

        def deadly(*, pack, evidence, policy):
            if pack.pk == killer.pk:
                raise Killed
            return judge(pack=pack, evidence=evidence, policy=policy)

        monkeypatch.setattr(deciding, "judge", deadly)
        run, deaths = order(packs), 0
        while run.state == "queued":
            GradingRunWork.objects.update(lease_until=None)
            try:
                carry_out(run, chunk_size=1000)
            except Killed:
                deaths += 1
        assert deaths <= 6
        assert list(Decision.objects.filter(kind="failed").values_list("pack", flat=True)) == [killer.pk]
        assert Decision.objects.filter(run=run).count() == 30
        balance()

    def test_blames_no_pack_for_workers_killed_from_outside(self, policy, monkeypatch):
        run = order(make_graded(30))
        for _ in range(12):
            GradingRunWork.objects.update(lease_until=None)
            die_on(monkeypatch, call=3)
            with pytest.raises(Killed):
                carry_out(run, chunk_size=1)
            monkeypatch.undo()
        GradingRunWork.objects.update(lease_until=None)
        carry_out(run)

        assert not Decision.objects.filter(kind="failed").exists()
        assert run.state == "done"

    def test_blames_no_pack_for_a_database_in_trouble(self, policy, monkeypatch):
        run = order(make_graded(2))

        def away(**_):
            raise OperationalError("gone")

        monkeypatch.setattr(deciding, "judge", away)
        with pytest.raises(OperationalError):
            carry_out(run)
        assert not Decision.objects.filter(run=run).exists()
        assert GradingRunWork.objects.get().attempts == 1

    def test_stops_when_even_holding_fails(self, policy, monkeypatch):
        run = order(make_graded(1))

        def broken(_):
            raise ValueError("no such policy")

        monkeypatch.setattr(deciding, "compiled", broken)
        for _ in range(2 * module.MAX_ATTEMPTS):
            GradingRunWork.objects.update(lease_until=None)
            with pytest.raises(ValueError, match="no such policy"):
                carry_out(run)
        GradingRunWork.objects.update(lease_until=None)
        carry_out(run)
        assert run.state == "failed"
        assert events().filter(event_type="grading_run.stopped").count() == 1
        balance()

    def test_hands_a_long_order_on(self, policy):
        run = order(make_graded(3))
        moments = iter([REGRADED_AT, REGRADED_AT, REGRADED_AT + timedelta(hours=1)])

        regrading.run(grading_run_id=run.pk, actor=SYSTEM, now=lambda: next(moments), chunk_size=1)

        assert GradingRunPack.objects.filter(outcome="decided").count() == 1
        assert GradingRunWork.objects.get().attempts == 0
        GradingRunWork.objects.update(lease_until=None)
        assert carry_out(run).state == "done"

    def test_leaves_what_only_waits_to_grading(self, policy):
        run = order(make_graded(2))
        assert decisions.grade_waiting(actor=SYSTEM, now=lambda: REGRADED_AT) == 0
        assert carry_out(run).state == "done"


def die_on(monkeypatch, *, call: int) -> None:
    """Let the worker be killed at this call for evidence."""
    asked, evidence_under = [], deciding.evidence_under

    def deadly(**values):
        asked.append(1)
        if len(asked) == call:
            raise Killed
        return evidence_under(**values)

    monkeypatch.setattr(deciding, "evidence_under", deadly)
