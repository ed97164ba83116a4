"""Rows that somebody else has read, into a run."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import BenchDraft
from grading.services.bench_runs import RunClosed, close_run, fill, undo_fill
from tests.evidence import make_inspected, publish_seed
from tests.factories import make_actor, make_pack
from tests.grading.running import AT, make_run, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy():
    publish_seed()


def filled(run, *rows):
    return fill(run_id=run.pk, rows=rows, actor=make_actor(), at=AT)


class TestFill:
    def test_adds_packs_and_writes_their_fields(self):
        pack, run = make_inspected()[0], make_run()

        report = filled(run, {"serial": f" {pack.serial.lower()} ", "measured_capacity_ah": "85,1"})

        assert (report.added, report.changed, report.refused) == (1, 1, [])
        assert report.rows == {0: row_of(run, pack).pk}
        assert row_of(run, pack).values == {"measured_capacity_ah": "85,1"}

    def test_the_same_again_changes_nothing(self):
        pack, run = make_inspected()[0], make_run()
        row = {"serial": pack.serial, "measured_capacity_ah": "85,1", "note": ""}
        filled(run, row)

        report = filled(run, row)

        assert (report.added, report.changed, report.unchanged) == (0, 0, 1)

    def test_refuses_what_it_cannot_place_and_takes_the_rest(self):
        pack, elsewhere, run = make_inspected()[0], make_pack(), make_run()
        rows = [
            {"serial": "NOPE-1"},
            {"serial": elsewhere.serial},
            {"serial": pack.serial, "measured_capacity_ah": "85", "soh_percent": "80"},
            {"serial": pack.serial, "measured_capacity_ah": "86"},
            {"serial": ""},
        ]

        report = filled(run, *rows)

        assert [(each.index, each.field) for each in report.refused] == [
            (0, "serial"), (1, "serial"), (2, "soh_percent"), (3, "serial"), (4, "serial"),
        ]  # fmt: skip
        assert "is announced and not at the bench" in report.refused[1].message
        assert report.refused[3].message == f"{pack.serial} stands in row 3 already."
        assert row_of(run, pack).values == {"measured_capacity_ah": "85"}

    def test_tells_packs_apart_that_share_a_serial(self):
        first, second = make_inspected(serial="TWIN-1")[0], make_inspected(serial="TWIN-1")[0]
        run = make_run()

        alone = filled(run, {"serial": "TWIN-1"})
        named = filled(run, {"serial": "TWIN-1", "supplier": second.supplier.code.lower()})

        assert "More than one supplier" in alone.refused[0].message
        assert named.added == 1 and BenchDraft.objects.get(run=run).pack == second != first

    def test_can_be_taken_back_cell_by_cell(self):
        first, second = make_inspected(2)
        run = make_run([first, second])
        filled(run, {"serial": first.serial, "note": "old"}, {"serial": second.serial, "note": "old"})
        filled(run, {"serial": first.serial, "note": "new"}, {"serial": second.serial, "note": "new"})
        BenchDraft.objects.filter(pack=second).update(values={"note": "newer"})

        back = undo_fill(run_id=run.pk, actor=make_actor(), at=AT)

        assert back.cells == 1 and len(back.left) == 1
        assert [row_of(run, pack).values for pack in (first, second)] == [{"note": "old"}, {"note": "newer"}]

    def test_a_closed_run_takes_nothing(self):
        run = make_run()
        close_run(run_id=run.pk, actor=make_actor(), at=AT)

        with pytest.raises(RunClosed):
            filled(run, {"serial": "X"})

    def test_asks_as_often_for_many_rows_as_for_one(self, django_assert_num_queries):
        packs, run = make_inspected(60), make_run()
        rows = [{"serial": pack.serial, "measured_capacity_ah": "85"} for pack in packs]
        with CaptureQueriesContext(connection) as for_one:
            filled(run, rows[0])

        with django_assert_num_queries(len(for_one)):
            filled(run, *rows[1:])
