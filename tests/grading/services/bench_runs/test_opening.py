"""A run's head and its states: bookkeeping, so outside the trail."""

import pytest

from grading.models import BenchRun
from grading.services.bench_runs import (
    HeadUnreadable,
    RunChanged,
    RunClosed,
    change_head,
    close_run,
    discard_run,
    open_run,
    reopen_run,
)
from rebattery.audit.trail import events
from tests.factories import make_actor, make_instrument
from tests.grading.channeling import make_channel
from tests.grading.running import AT, make_run
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db


class TestOpenRun:
    def test_keeps_the_head_in_one_way_with_the_keys_of_what_it_names(self):
        channel = make_channel(make_instrument(code="CY-1"), "A1")
        procedure = make_procedure()
        head = {
            "instrument": "cy-1",
            "channel": "a1",
            "procedure": procedure.code,
            "method": "cc_discharge",
            "measured_at": "22.11.2026 14:05",
            "ended_by_cell_limit": "ja",
            "c_rate": "-",
            "note": "not of a head",
        }

        run = open_run(kind="capacity", head=head, actor=make_actor(), at=AT)

        assert run.head == {
            "instrument": "CY-1",
            "channel": "CY-1/A1",
            "procedure": f"{procedure.code} v1",
            "method": "Constant-current discharge, full to empty",
            "measured_at": "2026-11-22T14:05",
            "ended_by_cell_limit": "yes",
            "instrument_id": channel.instrument_id,
            "channel_id": channel.pk,
            "procedure_id": procedure.pk,
        }

    def test_names_every_field_that_cannot_be_read(self):
        make_instrument(code="CY-1")
        head = {"instrument": "CY-1", "channel": "9", "c_rate": "x"}

        with pytest.raises(HeadUnreadable) as refused:
            open_run(kind="capacity", head=head, actor=make_actor(), at=AT)

        assert set(refused.value.fields) == {"channel", "c_rate"}

    def test_writes_no_trail(self):
        before = events().count()
        run = make_run(instrument=(instrument := make_instrument()))

        close_run(run_id=run.pk, actor=make_actor(), at=AT)

        assert instrument and events().count() - before <= 2  # of the instrument and its certificate


class TestChangeHead:
    def test_refuses_a_head_that_was_changed_unseen(self):
        run = make_run()
        change_head(run_id=run.pk, head={"c_rate": "0,5"}, seen_version=1, actor=make_actor())

        with pytest.raises(RunChanged) as refused:
            change_head(run_id=run.pk, head={"c_rate": "1"}, seen_version=1, actor=make_actor())

        assert refused.value.fields == {"c_rate": "Somebody wrote “0,5” meanwhile."}
        assert BenchRun.objects.get().head == {"c_rate": "0,5"}

    def test_a_closed_run_keeps_its_head(self):
        run = make_run()
        close_run(run_id=run.pk, actor=make_actor(), at=AT)

        with pytest.raises(RunClosed, match="is closed: open it again first"):
            change_head(run_id=run.pk, head={}, seen_version=1, actor=make_actor())


class TestStates:
    def test_lead_from_one_to_the_other_and_back(self):
        run, who = make_run(), make_actor()

        seen = [
            close_run(run_id=run.pk, actor=who, at=AT).state,
            discard_run(run_id=run.pk, actor=who, at=AT).state,
            reopen_run(run_id=run.pk, actor=who).state,
            discard_run(run_id=run.pk, actor=who, at=AT).state,
        ]

        assert seen == ["closed", "discarded", "open", "discarded"]
        assert BenchRun.objects.get().closed_at == AT
