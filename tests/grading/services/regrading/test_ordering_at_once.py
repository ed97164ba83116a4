"""Two people who have the same packs graded again at the same moment: no pack is ordered twice."""

from collections import Counter

import pytest

from grading.models import Decision, GradingRun, GradingRunPack
from grading.queries.regrading import newest_decision_id, regradable
from grading.services.regrading.ordering import PackForbidden
from rebattery.accounts.roles import Role
from tests.evidence import publish_seed
from tests.factories import make_person
from tests.grading.regrading import ORDERED_AT, carry_out, choose, make_graded, order, publish_stricter
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def packs(committed_db):
    publish_seed()
    made = make_graded(9)
    publish_stricter()
    return made


@pytest.fixture
def people(committed_db):
    return [make_person(Role.REVIEWER, name=name) for name in ("Ann", "Ben")]


def ordered() -> Counter[int]:
    return Counter(GradingRunPack.objects.values_list("pack", flat=True))


class TestTwoOrdersAtOnce:
    def test_the_second_is_told_which_run_waits_and_orders_the_rest(self, packs, people):
        """Ann chooses the first six, Ben the last six: three are of both."""
        chosen = {people[0]: packs[:6], people[1]: packs[3:]}

        def have_graded(person):
            try:
                return order(chosen[person], by=person)
            except PackForbidden as refused:
                return refused

        answers = dict(zip(people, at_once(have_graded, people), strict=True))

        [(second, refused)] = [item for item in answers.items() if isinstance(item[1], PackForbidden)]
        run = GradingRun.objects.get(kind="regrade")
        assert run in answers.values()
        named = f"{packs[3].serial}: already waiting in grading run {run.pk}."
        assert named in refused.message
        assert "And 1 more." in refused.message
        assert set(ordered().values()) == {1} and len(ordered()) == 6

        rest = regradable(packs=choose(chosen[second]), seen=newest_decision_id(), at=ORDERED_AT)
        runs = [run, order(chosen[second], by=second, packs=rest)]

        assert runs[1].pack_count == 3
        assert ordered() == Counter(pack.pk for pack in packs)
        self.assert_each_is_decided_on_once(runs)

    def test_both_go_on_without_what_the_other_has(self, packs, people):
        def have_rest_graded(person):
            rest = regradable(packs=choose(packs[:8]), seen=newest_decision_id(), at=ORDERED_AT)
            narrowed = rest if person is people[0] else rest.exclude(pk__in=[packs[0].pk]) | choose(packs[8:])
            return order(packs, by=person, packs=narrowed)

        runs = at_once(have_rest_graded, people)

        assert ordered() == Counter(pack.pk for pack in packs)
        assert sum(run.pack_count for run in runs) == 9
        self.assert_each_is_decided_on_once(runs)

    def assert_each_is_decided_on_once(self, runs):
        at_once(carry_out, runs)
        again = Decision.objects.filter(run__in=runs)
        assert Counter(again.values_list("pack", flat=True)) == ordered()
        assert {run.state for run in GradingRun.objects.filter(kind="regrade")} == {"done"}
