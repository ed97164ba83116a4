"""What is wrong with a draft by rule, and every problem of it."""

import pytest

from intake.queries.repair import groups_of, problem_rows
from intake.services import manifests
from tests.factories import AT, make_actor, make_supplier
from tests.intake import drafting
from tests.intake.drafting import BLANK_ROW, DAMAGED_ROW, DUPLICATE_ROW, SOH_ROW

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return drafting.answered(drafting.make_draft(make_supplier()))


def drop(draft, *rows):
    manifests.drop_rows(manifest_id=draft.pk, rows=rows, actor=make_actor(), at=AT)


class TestGroupsOf:
    def test_puts_errors_first_and_counts_exactly(self, draft):
        groups = groups_of(manifest=draft)

        assert [group.severity for group in groups] == ["error", "error", "error", "warning"]
        assert {group.rule: group.count for group in groups}["safety_blank"] == 1
        assert groups[-1].label == "SOH not a number"

    def test_forgets_what_is_mended(self, draft):
        drop(draft, BLANK_ROW)
        draft.refresh_from_db()

        assert "safety_blank" not in [group.rule for group in groups_of(manifest=draft)]


class TestProblemRows:
    def test_names_every_problem_in_the_order_of_the_file(self, draft):
        found = [(row, problem["rule"]) for row, problem in problem_rows(manifest=draft)]

        assert found == [
            (DUPLICATE_ROW, "serial_repeated"),
            (DAMAGED_ROW, "serial_damaged"),
            (BLANK_ROW, "safety_blank"),
            (SOH_ROW, "soh_not_a_number"),
        ]
