"""The staged rows of a draft: counted, narrowed, paged, and where the next problem is."""

import pytest

from intake.queries.draft_rows import (
    PAGE_ROWS,
    RowFilter,
    counts_of,
    narrowed,
    numbers_with,
    problem_before,
    problem_beyond,
    row_page,
    rows_numbered,
)
from intake.services import manifests
from tests.factories import AT, make_actor, make_supplier
from tests.intake import drafting
from tests.intake.drafting import BLANK_ROW, DAMAGED_ROW, DUPLICATE_ROW, SOH_ROW

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return drafting.answered(drafting.make_draft(make_supplier()))


@pytest.fixture
def long_draft():
    """Return a draft of 120 rows, 2 to 121, of which rows 2 and 121 are blank about the accident."""
    return drafting.make_draft(make_supplier(), drafting.long_csv(120, blank={2, 121}), "long.csv")


def drop(draft, *rows):
    manifests.drop_rows(manifest_id=draft.pk, rows=rows, actor=make_actor(), at=AT)


def numbers(rows):
    return [row.row for row in rows]


class TestCountsOf:
    def test_counts_each_condition(self, draft):
        counts = counts_of(manifest=draft)

        assert (counts.all, counts.error, counts.warning, counts.duplicate) == (6, 3, 1, 1)
        assert (counts.ready, counts.held, counts.dropped) == (3, 3, 0)

    def test_takes_what_is_left_out_for_nothing_else(self, draft):
        drop(draft, DUPLICATE_ROW)

        counts = counts_of(manifest=draft)

        assert (counts.all, counts.error, counts.duplicate, counts.dropped) == (6, 2, 0, 1)


class TestNarrowed:
    @pytest.mark.parametrize(
        ("show", "found"),
        [
            ("", [6, 7, 8, 9, 10, 11]),
            ("error", [8, 9, 10]),
            ("warning", [11]),
            ("question", []),
            ("duplicate", [8]),
            ("ready", [6, 7, 11]),
            ("dropped", []),
            ("anything else", [6, 7, 8, 9, 10, 11]),
        ],
    )
    def test_keeps_one_condition(self, draft, show, found):
        assert numbers(narrowed(manifest=draft, wanted=RowFilter(show=show)).order_by("row")) == found

    def test_keeps_one_problem(self, draft):
        assert numbers(narrowed(manifest=draft, wanted=RowFilter(rule="serial_damaged"))) == [DAMAGED_ROW]
        elsewhere = RowFilter(rule="serial_damaged", column="SOH")
        assert numbers(narrowed(manifest=draft, wanted=elsewhere)) == []

    def test_shows_what_was_left_out(self, draft):
        drop(draft, DUPLICATE_ROW, SOH_ROW)

        assert numbers(narrowed(manifest=draft, wanted=RowFilter(show="dropped")).order_by("row")) == [
            DUPLICATE_ROW,
            SOH_ROW,
        ]


class TestNumbersWith:
    def test_names_the_rows_of_a_group(self, draft):
        assert numbers_with(manifest=draft, rule="safety_blank", column="Unfall") == [BLANK_ROW]


class TestRowPage:
    def test_begins_at_the_beginning(self, long_draft):
        page = row_page(rows=long_draft.rows.all())

        assert (page.rows[0].row, len(page.rows)) == (2, PAGE_ROWS)
        assert (page.previous_row, page.next_row) == (None, 52)

    def test_goes_on_and_back(self, long_draft):
        second = row_page(rows=long_draft.rows.all(), start=52)
        first = row_page(rows=long_draft.rows.all(), before=second.previous_row)

        assert (second.rows[0].row, second.previous_row, second.next_row) == (52, 52, 102)
        assert (first.rows[0].row, first.previous_row, first.next_row) == (2, None, 52)

    def test_ends_at_the_end(self, long_draft):
        page = row_page(rows=long_draft.rows.all(), start=102)

        assert (len(page.rows), page.next_row) == (20, None)

    def test_may_be_empty(self, draft):
        page = row_page(rows=draft.rows.none())

        assert (page.rows, page.previous_row, page.next_row) == ([], None, None)


class TestProblemBeyond:
    def test_finds_the_next_on_any_page(self, long_draft):
        assert problem_beyond(manifest=long_draft, row=51) == 121
        assert problem_beyond(manifest=long_draft, row=121) is None


class TestProblemBefore:
    def test_finds_the_last_on_any_page(self, long_draft):
        assert problem_before(manifest=long_draft, row=102) == 2
        assert problem_before(manifest=long_draft, row=2) is None


class TestRowsNumbered:
    def test_leaves_out_what_is_not_there(self, draft):
        assert numbers(rows_numbered(manifest=draft, numbers=[7, 6, 99])) == [6, 7]
