"""The test queue: its order, and the reasons it gives."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.domain.planning import range_measured, range_reported, stake_of
from grading.domain.policy import parse_policy, seed_document
from grading.queries.planning import lacking, packs_to_test, queue_rows
from grading.services.policies import publish
from rebattery.actor import SYSTEM
from tests.evidence import add_capacity, make_inspected, make_tested, publish_seed
from tests.factories import AT, make_pack_type, make_person, make_supplier
from tests.grading.agreeing import LEVEL, fitted, make_pairs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return publish_seed()


def stricter(version, **changes):
    """Put a policy in force that differs in these parts."""
    if all(version.document[part] == value for part, value in changes.items()):
        return parse_policy(seed_document())
    document = seed_document() | changes | {"version": 2}
    publish(document=document, actor=SYSTEM, at=AT - timedelta(minutes=1))
    return parse_policy(document)


def queue():
    return packs_to_test(viewer=make_person("warehouse"), at=AT).order_by("-worth_kwh", "pk")


def pack(claim="70", chemistry="LFP", kwh="40", **fields):
    values = {"declared_soh_percent": claim and Decimal(claim), "chemistry": chemistry}
    return make_inspected(**values | {"nominal_energy_kwh": Decimal(kwh)} | fields)[0]


class TestPacksToTest:
    def test_ranks_by_the_energy_that_a_pack_keeps(self):
        small, large, scrap = pack(kwh="20"), pack(kwh="80"), pack(chemistry="NMC", claim="75", kwh="90")

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
        assert (row.worth_kwh, row.source, row.routes) == (20, "measured", ("small_application",))
        assert (row.doubt_points, row.most_kwh) == (None, 20)

    def test_corrects_the_claim_where_an_agreement_may_rank(self):
        supplier = make_supplier()
        make_pairs(supplier, [3 + d for d in LEVEL])
        fitted()
        one = pack(claim="83", supplier=supplier, declared_soh_method="bms", chemistry="NMC")

        row = next(row for row in queue_rows(packs=list(queue()), at=AT) if row.pack == one)
        assert (row.soh_percent, row.routes) == (80, ("recycling", "pack_reuse"))
        assert row.doubt_points == Decimal(str(row.expected.half_width))
        # The limit lies in the middle of the interval: half of it keeps 80 % and half of its width more.
        assert row.worth_kwh == round(Decimal("0.2") * (80 + row.doubt_points / 2), 1)
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
        assert (row.worth_kwh, row.routes, row.source, row.most_kwh) == (0, (), "nobody", None)

    @pytest.mark.parametrize("chemistry", ["LFP", "NMC", "LMO", "UNKNOWN", "NIMH"])
    @pytest.mark.parametrize(
        "claim",
        [
            "0",
            "14.99",
            "15",
            "15.01",
            "19.99",
            "20",
            "55",
            "60",
            "65",
            "75",
            "75.01",
            "79.99",
            "80",
            "85",
            "100",
        ],
    )
    @pytest.mark.parametrize("guard", ["0", "2"])
    def test_agrees_with_the_domain_about_claims(self, policy, chemistry, claim, guard):
        policy = stricter(policy, guard_band_pts=guard)
        pack(claim=claim, chemistry=chemistry)

        soh = range_reported(policy, soh_percent=Decimal(claim), half_width=None)
        stake = stake_of(policy, chemistry=chemistry, soh=soh)

        assert queue().get().worth_kwh == round(Decimal(40) * stake.kept_percent / 100, 3)

    @pytest.mark.parametrize("soh", ["79", "79.3", "79.35", "80", "80.01", "80.65", "80.7"])
    @pytest.mark.parametrize("evidence", [{}, {"undecided_factor": "1.65"}, {"k_lower_bound": "1.64"}])
    def test_agrees_with_the_domain_about_measurements(self, policy, soh, evidence):
        evidence = seed_document()["evidence"] | evidence
        policy = stricter(policy, evidence=evidence)
        one = pack(chemistry="NMC", claim="95")
        add_capacity([one], soh, u_soh_points=Decimal("0.4"))

        soh = range_measured(policy, soh_percent=Decimal(soh), u_points=Decimal("0.4"))
        stake = stake_of(policy, chemistry="NMC", soh=soh)

        assert queue().get().worth_kwh == round(Decimal(40) * stake.kept_percent / 100, 3)

    @pytest.mark.parametrize(
        ("claim", "worth", "most"), [("75", "0.0", "0.0"), ("79.9", "16.2", "34.0"), ("85", "34.0", "36.0")]
    )
    def test_leaves_a_pack_just_below_a_limit_its_share(self, claim, worth, most):
        pack(claim=claim, chemistry="NMC")

        [row] = queue_rows(packs=list(queue()), at=AT)

        assert (row.worth_kwh, row.most_kwh) == (Decimal(worth), Decimal(most))

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
