"""The test queue: its order, and the reasons it gives."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.domain.planning import best_route
from grading.domain.policy import parse_policy, seed_document
from grading.queries.planning import lacking, packs_to_test, queue_rows
from tests.evidence import add_capacity, make_inspected, make_tested, publish_seed
from tests.factories import AT, make_pack_type, make_person, make_supplier
from tests.grading.agreeing import LEVEL, fitted, make_pairs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return publish_seed()


def queue():
    return packs_to_test(viewer=make_person("warehouse"), at=AT).order_by("-worth_kwh", "pk")


def pack(claim="70", chemistry="LFP", kwh="40", **fields):
    values = {"declared_soh_percent": claim and Decimal(claim), "chemistry": chemistry}
    return make_inspected(**values | {"nominal_energy_kwh": Decimal(kwh)} | fields)[0]


class TestPacksToTest:
    def test_ranks_by_the_energy_that_a_pack_keeps(self):
        small, large, scrap = pack(kwh="20"), pack(kwh="80"), pack(chemistry="NMC", claim="79", kwh="90")

        assert [(row.pk, row.worth_kwh) for row in queue()] == [
            (large.pk, 56), (small.pk, 14), (scrap.pk, 0),
        ]  # fmt: skip

    def test_takes_the_usable_energy_of_the_type(self):
        pack(pack_type=make_pack_type(usable_energy_kwh=Decimal(30), chemistry="LFP"))

        assert queue().get().worth_kwh == 21

    def test_takes_the_type_s_chemistry_for_an_unknown_one(self):
        pack(chemistry="UNKNOWN", pack_type=make_pack_type(chemistry="LFP"))

        assert queue().get().worth_kwh == 28

    def test_believes_the_measurement_before_the_claim(self):
        one = pack(claim="95")
        add_capacity([one], "50")

        row = queue_rows(packs=list(queue()), at=AT)[0]
        assert (row.worth_kwh, row.source, row.route) == (20, "measured", "small_application")

    def test_corrects_the_claim_where_an_agreement_may_rank(self):
        supplier = make_supplier()
        make_pairs(supplier, [3 + d for d in LEVEL])
        fitted()
        one = pack(claim="83", supplier=supplier, declared_soh_method="bms", chemistry="NMC")

        row = next(row for row in queue_rows(packs=list(queue()), at=AT) if row.pack == one)
        assert (row.soh_percent, row.route, row.worth_kwh) == (80, "recycling", 0)
        assert row.source == "Supplier's claim v1, n = 18"

    def test_takes_a_claim_as_sent_where_too_few_pairs_speak(self):
        supplier = make_supplier()
        make_pairs(supplier, [9, 8, 9, 8])
        fitted()
        one = pack(claim="83", supplier=supplier, declared_soh_method="bms")

        row = next(row for row in queue_rows(packs=list(queue()), at=AT) if row.pack == one)
        assert (row.soh_percent, row.source) == (83, "claim as sent")

    def test_knows_no_worth_without_any_soh(self):
        pack(claim=None)

        row = queue_rows(packs=list(queue()), at=AT)[0]
        assert (row.worth_kwh, row.route, row.source) == (0, "", "nobody")

    @pytest.mark.parametrize("chemistry", ["LFP", "NMC", "LMO", "UNKNOWN", "NIMH"])
    @pytest.mark.parametrize("claim", ["0", "19.99", "20", "60", "80", "80.01", "100"])
    def test_agrees_with_the_policy_s_own_table(self, chemistry, claim):
        pack(claim=claim, chemistry=chemistry)
        policy = parse_policy(seed_document())

        route = best_route(policy, chemistry=chemistry, soh_percent=Decimal(claim))

        expected = Decimal(40) * Decimal(claim) / 100 if route in policy.certifiable else 0
        assert queue().get().worth_kwh == expected

    def test_holds_what_is_here_and_not_tested(self):
        make_tested()
        make_inspected(safety="damaged")
        one = pack()

        assert list(queue()) == [one]

    def test_shows_a_supplier_no_other_s(self):
        pack()

        assert not packs_to_test(viewer=make_person("supplier"), at=AT).exists()


class TestLacking:
    def test_tells_packs_with_a_capacity_test_from_those_without(self):
        fresh, begun = pack(), pack()
        add_capacity([begun], "74")

        assert list(lacking(queue(), "capacity")) == [fresh]
        assert list(lacking(queue(), "rest")) == [begun]


class TestQueueRows:
    def test_says_what_is_lacking_and_what_may_be_skipped(self):
        fresh, reject = pack(), pack(chemistry="NMC")
        add_capacity([reject], "70")

        lacks = {row.pack.pk: row.lack for row in queue_rows(packs=list(queue()), at=AT)}

        assert lacks[fresh.pk].needs_capacity and not lacks[fresh.pk].skips_resistance
        assert lacks[reject.pk].skips_resistance

    def test_asks_the_database_as_often_for_many(self, django_assert_num_queries):
        pack()
        rows = list(queue())
        with CaptureQueriesContext(connection) as for_one:
            queue_rows(packs=rows, at=AT)
        for _ in range(5):
            pack()
        rows = list(queue())

        with django_assert_num_queries(len(for_one)):
            queue_rows(packs=rows, at=AT)
