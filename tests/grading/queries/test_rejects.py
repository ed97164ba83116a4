"""Rejects counted, and the packs behind the counts."""

from datetime import date, timedelta

import pytest

from grading.queries.rejects import (
    NONE,
    RejectScope,
    count_rejects,
    count_with_finding,
    labels_of,
    rejects,
)
from tests.evidence import GRADED_AT, make_reviews, publish_seed
from tests.factories import make_instrument, make_pack_type, make_supplier
from tests.grading.declaring import approve, make_measured, propose
from tests.grading.rejecting import found, overridden, reject

pytestmark = pytest.mark.django_db
ALL = RejectScope()


@pytest.fixture(autouse=True)
def policy():
    return publish_seed()


class TestRejects:
    def test_are_the_packs_that_a_decision_in_force_rejects(self):
        low, hazard = reject(), found("venting")
        make_reviews(soh="74", ratio="2.5", chemistry="LFP")
        make_reviews(soh=None)

        assert set(rejects(ALL).values_list("pack", flat=True)) == {low.pk, hazard.pk}

    def test_leave_out_what_two_people_set_otherwise(self):
        overridden(reject())

        assert not rejects(ALL).exists()

    def test_leave_out_what_is_suspended(self):
        make_measured(with_=(bad := make_instrument(code="CY-1")), soh="12")
        assert rejects(ALL).count() == 1

        approve(propose(bad))

        assert not rejects(ALL).exists()

    @pytest.mark.parametrize(
        ("days", "count"),
        [((0, 0), 1), ((1, 1), 0), ((-1, -1), 0), ((-1, 1), 1), ((0, None), 1), ((None, -1), 0)],
    )
    def test_are_within_the_days_of_utc(self, days, count):
        reject()
        since, until = (GRADED_AT.date() + timedelta(days=n) if n is not None else None for n in days)

        assert rejects(RejectScope(since=since, until=until)).count() == count

    def test_are_of_one_supplier_and_type(self):
        acme, leaf = make_supplier("ACME"), make_pack_type(key="LEAF")
        both = reject(supplier=acme, pack_type=leaf)
        reject(supplier=acme)

        assert rejects(RejectScope(supplier="acme", pack_type="LEAF")).get().pack_id == both.pk
        assert rejects(RejectScope(supplier="acme", pack_type=NONE)).count() == 1
        assert not rejects(RejectScope(supplier="OTHER")).exists()


class TestCountRejects:
    def test_by_rule_counts_what_decided_first(self):
        reject(), reject(), reject(soh="12", chemistry="LFP")

        assert count_rejects(by="rule", scope=ALL) == [("NMC_SOH_NOT_ABOVE_80", 2), ("SOH_BELOW_20", 1)]

    def test_by_finding_counts_a_pack_under_each_of_its_findings(self):
        found("swelling", "water"), found("water"), reject()

        assert count_rejects(by="finding", scope=ALL) == [("water", 2), ("swelling", 1)]
        assert count_with_finding(scope=ALL) == 2

    def test_by_supplier_and_type(self):
        acme = make_supplier("ACME")
        reject(supplier=acme, pack_type=make_pack_type(key="LEAF")), reject(supplier=acme)
        reject(supplier=make_supplier("BOLT"))

        assert count_rejects(by="supplier", scope=ALL) == [("ACME", 2), ("BOLT", 1)]
        assert count_rejects(by="type", scope=ALL) == [(NONE, 2), ("LEAF", 1)]

    def test_by_month_is_in_the_order_of_time(self):
        reject(), reject(days=40), reject(days=40)

        assert count_rejects(by="month", scope=ALL) == [("2026-11", 1), ("2026-12", 2)]
        assert count_rejects(by="month", scope=RejectScope(until=date(2026, 11, 30))) == [("2026-11", 1)]

    def test_by_something_else_is_an_error(self):
        with pytest.raises(KeyError):
            count_rejects(by="moon", scope=ALL)


class TestLabelsOf:
    def test_say_what_the_pages_say(self):
        assert labels_of(by="rule", keys=["SOH_BELOW_20", "NEW"]) == {
            "SOH_BELOW_20": "SOH below the floor", "NEW": "NEW"
        }  # fmt: skip
        assert labels_of(by="finding", keys=["isolation_low", "water"]) == {
            "isolation_low": "Isolation below 100 Ω/V",
            "water": "Water inside, flood line or corrosion from water",
        }
        assert labels_of(by="month", keys=["2026-11"]) == {"2026-11": "2026-11"}

    def test_tell_types_of_one_name_apart(self):
        for key in ("LEAF-1", "LEAF-2"):
            make_pack_type(key=key, make="Nissan", model="Leaf", variant="")

        labels = labels_of(by="type", keys=["LEAF-1", "LEAF-2", NONE])

        assert labels["LEAF-1"] == "Nissan Leaf (LEAF-1)" and labels[NONE] == "No type in the catalog"
