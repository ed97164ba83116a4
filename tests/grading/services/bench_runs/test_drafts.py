"""Drafts of a pack's own page."""

import pytest

from grading.models import BenchDraft
from grading.services.bench_runs import DraftChanged, save_draft
from grading.services.bench_runs.drafts import DraftGone
from grading.services.test_runs import NotAtBench
from rebattery.audit.trail import events
from tests.evidence import make_inspected, make_tested
from tests.factories import make_actor, make_person
from tests.grading.running import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack():
    return make_inspected()[0]


@pytest.fixture
def otto():
    return make_actor(make_person(name="Otto"))


@pytest.fixture
def anna():
    return make_actor(make_person(name="Anna"))


def save(pack, who, seen=0, **values):
    return save_draft(pack_id=pack.pk, kind="capacity", values=values, seen_version=seen, actor=who, at=AT)


class TestSaveDraft:
    def test_counts_versions_and_writes_no_trail(self, pack, otto):
        before = events().count()

        first = save(pack, otto, c_rate="0,33").version
        second = save(pack, otto, seen=1, c_rate="0,5", note=" ")

        assert (first, second.version, second.values) == (1, 2, {"c_rate": "0,5"})
        assert events().count() == before

    def test_what_somebody_else_typed_is_not_overwritten(self, pack, otto, anna):
        save(pack, anna, c_rate="0,5", note="hers")

        with pytest.raises(DraftChanged) as refused:
            save(pack, otto, c_rate="0,33")

        assert refused.value.fields == {"c_rate": "Anna typed: 0,5"}
        assert BenchDraft.objects.get().values == {"c_rate": "0,5", "note": "hers"}

    def test_who_says_the_same_and_more_needs_no_permission(self, pack, otto, anna):
        save(pack, anna, c_rate="0,5")

        assert save(pack, otto, c_rate="0,5", note="mine").saved_by == "Otto"

    def test_a_field_that_only_the_other_filled_is_news_too(self, pack, otto, anna):
        save(pack, anna, note="hers")

        with pytest.raises(DraftChanged):
            save(pack, otto, c_rate="0,33")

    def test_ones_own_save_on_the_way_is_no_news(self, pack, otto):
        save(pack, otto, c_rate="0,33", members="1;82\n2;83")

        later = save(pack, otto, seen=0, c_rate="0,5", members="1;82\r\n2;83")

        assert later.values == {"c_rate": "0,5", "members": "1;82\n2;83"}

    def test_what_another_window_of_ones_own_knows_is_news(self, pack, otto):
        save(pack, otto, note="from the other window")

        with pytest.raises(DraftChanged):
            save(pack, otto, seen=0, c_rate="0,5")

    def test_ones_own_save_upon_somebody_elses_is_no_excuse(self, pack, otto, anna):
        save(pack, anna, c_rate="0,5")
        save(pack, otto, seen=1, c_rate="0,6")

        with pytest.raises(DraftChanged):
            save(pack, otto, seen=0, c_rate="0,7")

    def test_a_draft_that_was_recorded_does_not_come_back(self, pack, otto):
        with pytest.raises(DraftGone):
            save(pack, otto, seen=3, c_rate="0,33")

    def test_only_packs_at_the_bench_have_one(self, otto):
        with pytest.raises(NotAtBench):
            save(make_tested()[0], otto, c_rate="0,33")
