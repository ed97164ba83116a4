from decimal import Decimal

import pytest

from grading.models import CapacityTest
from grading.queries.test_runs import claim_against, conflict_in, results_of
from grading.services.test_runs import record_capacity
from intake.models import Pack
from tests.bench import RECORDED_AT, capacity
from tests.evidence import add_capacity, add_resistance, make_inspected, publish_seed
from tests.factories import make_actor, make_instrument


@pytest.fixture
def pack(db):
    publish_seed()
    return make_inspected(chemistry="LFP")[0]


class TestResultsOf:
    def test_shows_superseded_results_with_their_reason_newest_first(self, pack):
        instrument = make_instrument()
        for reason in ("", "Cable was loose"):
            row = capacity(pack, instrument, reason=reason)
            record_capacity(rows=[row], actor=make_actor(), at=RECORDED_AT)

        results = results_of(pack_id=pack.pk)

        assert [(r.stands, r.superseded_because) for r in results.capacity] == [
            (True, ""),
            (False, "Cable was loose"),
        ]
        assert results.standing_capacity == results.capacity[0].test

    def test_takes_three_queries_whatever_their_number(self, pack, django_assert_num_queries):
        for soh in ("70", "71", "72"):
            add_capacity([pack], soh)
        add_resistance([pack], "1.2")

        with django_assert_num_queries(3):
            results = results_of(pack_id=pack.pk)
            names = [str(r.test.instrument) for r in (*results.capacity, *results.resistance)]

        assert len(names) == 4

    def test_of_an_untested_pack_is_empty(self, pack):
        results = results_of(pack_id=pack.pk)

        assert (results.standing_capacity, results.standing_resistance, results.conflict) == (None, None, "")


class TestConflictIn:
    @pytest.mark.parametrize(
        ("basis", "ended", "weakest", "flagged"),
        [
            ("ah", True, "73.99", True),
            ("ah", True, "74", False),
            ("ah", True, None, False),
            ("ah", False, "60", False),  # nothing stopped the test at a cell, so a weaker group may hide
            ("kwh", True, "60", False),  # energy bounds no group
        ],
    )
    def test_flags_a_weakest_member_below_the_bound(self, basis, ended, weakest, flagged):
        test = CapacityTest(
            pack=Pack(),
            basis=basis,
            ended_by_cell_limit=ended,
            soh_percent=Decimal(74),
            weakest_soh_percent=weakest and Decimal(weakest),
            weakest_kind="series_group" if weakest else "",
        )

        assert bool(conflict_in(test)) is flagged


class TestClaimAgainst:
    @pytest.mark.parametrize(
        ("claimed", "words"),
        [("82", "8.0 points below the claim"), ("74", "as claimed"), ("70.5", "3.5 points above the claim")],
    )
    def test_says_how_far_the_measured_value_lies(self, pack, claimed, words):
        pack.declared_soh_percent = Decimal(claimed)
        add_capacity([pack], "74")

        claim = claim_against(pack=pack, results=results_of(pack_id=pack.pk))

        assert claim.words == words

    def test_tells_nothing_before_a_value_is_recorded(self, pack):
        assert claim_against(pack=pack, results=results_of(pack_id=pack.pk)) is None

    def test_tells_nothing_without_a_claim(self, pack):
        pack.declared_soh_percent = None
        add_capacity([pack], "74")

        assert claim_against(pack=pack, results=results_of(pack_id=pack.pk)) is None
