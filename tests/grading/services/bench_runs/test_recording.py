"""Rows of a run become results."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import BenchDraft, CapacityTest, ResistanceTest
from grading.services.bench_runs import (
    PACK,
    RowsNotReady,
    change_cell,
    counts_of,
    judged,
    previewed,
    problems_of,
    record_all,
    record_ready,
)
from grading.services.test_runs import finish_testing
from rebattery.audit.trail import events
from tests.evidence import make_inspected, publish_seed
from tests.factories import balance, make_actor, make_instrument, make_person
from tests.grading.running import AT, fill_in, make_run, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy():
    publish_seed()


def write(run, pack, name, text, by=None):
    row = row_of(run, pack)
    change_cell(
        run_id=run.pk,
        row_id=row.pk,
        field_name=name,
        text=text,
        was=row.values.get(name, ""),
        actor=by or make_actor(),
        at=AT,
    )


def rows_of(run):
    return judged(run=run, drafts=list(run.drafts.order_by("pk")), actor=make_actor(), at=AT)


class TestJudged:
    def test_counts_rows_by_how_they_stand(self):
        good, bad, untouched = make_inspected(3)
        run = make_run([good, bad, untouched])
        write(run, good, "measured_capacity_ah", "85,1")
        write(run, bad, "measured_capacity_ah", "eighty")

        counts = counts_of(rows=rows_of(run))

        assert (counts.ready, counts.problem, counts.empty, counts.recorded) == (1, 1, 1, 0)

    def test_a_row_overrules_the_head_and_a_dash_says_nothing(self):
        (pack,) = make_inspected()
        run = make_run([pack], ambient_degc="22")
        write(run, pack, "temperature_degc", "24,5")
        write(run, pack, "ambient_degc", "-")

        [row] = rows_of(run)

        assert row.texts["temperature_degc"] == "24,5" and row.texts["ambient_degc"] == ""
        assert row.texts["c_rate"] == "0,33"

    def test_names_the_field_of_every_problem(self):
        (pack,) = make_inspected()
        run = make_run([pack], c_rate="", channel="")
        write(run, pack, "measured_capacity_ah", "850")
        write(run, pack, "instrument", "NONE")
        write(run, pack, "voltage_to_v", "warm")
        write(run, pack, "members", "cell\t1\tx")

        found = problems_of(run=run, actor=make_actor(), at=AT)[row_of(run, pack).pk]

        assert set(found) == {"measured_capacity_ah", "instrument", "voltage_to_v", "c_rate", "members"}
        assert found["voltage_to_v"] == "Enter a number, such as 74.5 or 74,5."

    @pytest.mark.parametrize("typed", ["1,205", "1.205"])
    def test_what_is_hardly_plausible_is_not_ready_without_a_word(self, typed):
        (pack,) = make_inspected()
        run = make_run([pack])
        write(run, pack, "measured_capacity_ah", typed)

        [row] = rows_of(run)

        assert row.state == "problem"
        write(run, pack, "measured_capacity_ah", "1.205")
        write(run, pack, "confirmation", "I read it again: it is dead")
        assert [row.state for row in rows_of(run)] == ["ready"]

    def test_a_pack_that_moved_on_says_so_even_when_nothing_is_typed(self):
        (pack,) = make_inspected()
        run = make_run([pack])
        finish_testing(pack_ids=[pack.pk], actor=make_actor(), at=AT)

        [row] = rows_of(run)

        assert row.state == "problem" and "is tested and not at the bench" in row.problems[PACK]

    def test_asks_as_often_for_many_rows_as_for_one(self, django_assert_num_queries):
        packs = make_inspected(30)
        small, large = make_run(packs[:1]), make_run(packs)
        for run in (small, large):
            fill_in(run, **{pack.serial.replace("-", "_"): "85" for pack in packs[:1]})
        with CaptureQueriesContext(connection) as for_one:
            rows_of(small)

        with django_assert_num_queries(len(for_one)):
            rows_of(large)


class TestPreviewed:
    def test_computes_what_is_never_typed(self):
        (pack,) = make_inspected()
        run = make_run([pack])
        write(run, pack, "measured_capacity_ah", "85,1")

        [row] = previewed(run=run, drafts=list(run.drafts.all()), actor=make_actor(), at=AT)

        assert row.preview.value == 74 and row.preview.result.soh_percent == 74
        assert not CapacityTest.objects.exists()

    def test_computes_already_while_the_rest_lacks(self):
        (pack,) = make_inspected()
        run = make_run([pack], c_rate="")
        write(run, pack, "measured_capacity_ah", "85,1")

        [row] = previewed(run=run, drafts=list(run.drafts.all()), actor=make_actor(), at=AT)

        assert row.preview.value == 74 and row.preview.result is None and "c_rate" in row.problems


class TestRecordReady:
    def test_records_what_is_ready_with_its_trail_and_leaves_the_rest(self):
        good, bad = make_inspected(2)
        run = make_run([good, bad])
        fill_in(run, **{good.serial: "85,1", bad.serial: "850"})
        operator = make_person()

        done = record_ready(run_id=run.pk, actor=make_actor(operator), at=AT)

        balance()
        result = CapacityTest.objects.get()
        assert [row.pack_id for row in done] == [good.pk] and result.person_id == operator.pk
        assert row_of(run, good).recorded_id == result.pk and row_of(run, bad).recorded_id is None
        assert events().filter(event_type="capacity_test.recorded", subject_id=result.pk).exists()

    def test_records_resistances_too(self):
        (pack,) = make_inspected()
        run = make_run([pack], kind="resistance")
        fill_in(run, **{pack.serial: "72"})

        record_ready(run_id=run.pk, actor=make_actor(), at=AT)

        assert ResistanceTest.objects.get().pulse_duration_s == 10

    def test_says_when_none_is_ready(self):
        run = make_run(make_inspected())

        with pytest.raises(RowsNotReady, match="No row is ready"):
            record_ready(run_id=run.pk, actor=make_actor(), at=AT)

    def test_a_recorded_row_is_not_recorded_twice(self):
        (pack,) = make_inspected()
        run = make_run([pack])
        fill_in(run, **{pack.serial: "85,1"})
        record_ready(run_id=run.pk, actor=make_actor(), at=AT)

        with pytest.raises(RowsNotReady):
            record_ready(run_id=run.pk, actor=make_actor(), at=AT)

        assert CapacityTest.objects.count() == 1


class TestRecordAll:
    def test_refuses_while_a_row_is_not_ready(self):
        good, untouched = make_inspected(2)
        run = make_run([good, untouched])
        fill_in(run, **{good.serial: "85,1"})

        with pytest.raises(RowsNotReady, match="1 of 2 rows still empty"):
            record_all(run_id=run.pk, actor=make_actor(), at=AT)

        assert not CapacityTest.objects.exists()

    @pytest.mark.rule(13)
    def test_a_lapsed_instrument_in_the_head_makes_every_row_a_problem(self):
        packs = make_inspected(2)
        lapsed = make_instrument(calibrated_to_date=AT.date())
        run = make_run(packs, instrument=lapsed)
        fill_in(run, **{pack.serial: "85,1" for pack in packs})

        assert [set(found) for found in problems_of(run=run, actor=make_actor(), at=AT).values()] == [
            {"instrument"}, {"instrument"},
        ]  # fmt: skip
        with pytest.raises(RowsNotReady):
            record_all(run_id=run.pk, actor=make_actor(), at=AT)
        assert BenchDraft.objects.filter(recorded_id__isnull=False).count() == 0
