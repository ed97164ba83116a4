"""What ends within some days."""

from datetime import date

import pytest

from grading.queries.ending import due_within, ended_among, ending_decisions, is_any_ended, why_ended
from tests.grading.ending import current, graded, publish_terms

pytestmark = pytest.mark.django_db


class TestDueWithin:
    @pytest.mark.parametrize(
        ("on", "days", "due"),
        [
            ("2027-01-20", 30, []),
            ("2027-01-21", 30, ["A"]),
            ("2027-02-19", 0, []),
            ("2027-02-20", 0, ["A"]),
            ("2027-10-20", 30, ["A"]),
            ("2027-10-21", 30, ["A", "B"]),
        ],
    )
    def test_counts_the_last_day_and_the_day_to_measure_again(self, on, days, due):
        publish_terms()
        graded(), graded(soh="85"), graded(soh="40")
        found = due_within(ending_decisions(), days=days, on=date.fromisoformat(on))
        assert sorted(found.values_list("grade", flat=True)) == due


class TestEnded:
    def test_begins_on_the_day_after_the_last(self):
        publish_terms()
        [pack] = graded()
        last = current(pack).valid_until
        assert not is_any_ended(on=last)
        assert ended_among(pack_ids=[pack.pk], on=last) == set()
        assert is_any_ended(on=date(2027, 11, 21))
        assert ended_among(pack_ids=[pack.pk], on=date(2027, 11, 21)) == {pack.pk}
        assert why_ended(pack_id=pack.pk) == ""
