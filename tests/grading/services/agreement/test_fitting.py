"""Fits: what they count, how they are frozen, and that they grade nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.models import AgreementFit, AgreementGroup
from grading.queries.evidence import evidence_for
from grading.services.agreement import fit_agreement, fit_all
from rebattery.actor import SYSTEM
from rebattery.audit.trail import events
from tests.evidence import TESTED_AT, add_capacity, make_inspected
from tests.factories import AT, balance, make_pack_type, make_supplier
from tests.grading.agreeing import LEVEL, add_report, finest, fitted, make_pairs

pytestmark = pytest.mark.django_db


def fit(kind: str = "declared") -> AgreementFit | None:
    return fit_agreement(kind=kind, actor=SYSTEM, at=AT)


class TestFitAgreement:
    def test_freezes_what_the_pairs_say(self):
        supplier, pack_type = make_supplier("ACME"), make_pack_type(key="LEAF")
        make_pairs(supplier, [2 + d for d in LEVEL], pack_type=pack_type)

        made = fit()

        group = finest(made)[0]
        assert (group.n, group.bias, group.supplier, group.type_key, group.variant) == (
            18, Decimal(2), supplier, "LEAF", "bms",
        )  # fmt: skip
        assert group.is_used and group.may_presort
        assert group.limit_low < group.bias < group.limit_high
        assert made.document["pairs"] == 18 and made.document["groups"] == 1
        event = events().filter(event_type="agreement.fitted").get()
        assert event.facts == {"pairs": 18, "groups": 1, "sha256": made.sha256}
        balance()

    def test_shows_suppliers_and_types_beside_the_groups(self):
        leaf, zoe = make_pack_type(key="LEAF"), make_pack_type(key="ZOE")
        one, other = make_supplier("ONE"), make_supplier("OTHER")
        make_pairs(one, [1, 2, 3], pack_type=leaf)
        make_pairs(one, [5, 6], pack_type=zoe)
        make_pairs(other, [0, 4, 8], pack_type=leaf)

        made = fit()

        found = {(g.level, g.supplier.code if g.supplier else "", g.type_key): g.n for g in made.groups.all()}
        assert found == {
            ("group", "ONE", "LEAF"): 3, ("group", "ONE", "ZOE"): 2, ("group", "OTHER", "LEAF"): 3,
            ("supplier", "ONE", ""): 5, ("supplier", "OTHER", ""): 3,
            ("type", "", "LEAF"): 6, ("type", "", "ZOE"): 2,
        }  # fmt: skip
        assert not made.groups.exclude(level="group").filter(is_used=True).exists()

    def test_never_mixes_ways_of_claiming(self):
        supplier = make_supplier()
        make_pairs(supplier, [1, 2], variant="bms")
        make_pairs(supplier, [8, 9], variant="estimate")

        assert {group.variant: group.n for group in finest(fitted())} == {"bms": 2, "estimate": 2}

    def test_groups_reports_by_firmware_and_leaves_claims_out(self):
        make_pairs(make_supplier(), [1, 2], kind="telematics", variant="1.4")

        assert [(g.variant, g.n, g.bias) for g in finest(fitted("telematics"))] == [
            ("1.4", 2, Decimal("1.5"))
        ]
        assert fit("bms") is None

    @pytest.mark.parametrize(("n", "used"), [(4, False), (5, True)])
    def test_uses_nothing_below_five_pairs(self, n, used):
        make_pairs(make_supplier(), list(LEVEL[:n]))

        assert finest(fitted())[0].is_used is used

    def test_takes_groups_without_spread_and_uses_them_for_nothing(self):
        make_pairs(make_supplier(), [2] * 6)

        group = finest(fitted())[0]

        assert (group.n, group.spread, group.shrunk_bias, group.is_used) == (6, 0, None, False)

    def test_sees_newest_packs_drift(self):
        make_pairs(make_supplier(), [d / 2 for d in LEVEL] * 3 + [6 + d / 2 for d in LEVEL[:10]])

        assert finest(fitted())[0].has_drifted

    @pytest.mark.parametrize(("days", "counts"), [(90, True), (91, False)])
    def test_counts_tests_at_most_90_days_from_the_report(self, days, counts):
        pack = make_inspected()[0]
        add_capacity([pack], "80", measured_at=TESTED_AT)
        add_report(pack, "82", read_at=TESTED_AT - timedelta(days=days))

        assert (fit("bms") is not None) is counts

    @pytest.mark.parametrize(("day", "counts"), [("2026-08-22", True), ("2026-08-21", False)])
    def test_dates_a_claim_by_the_day_that_its_supplier_gives(self, day, counts):
        pack = make_inspected(declared={"soh_date": day})[0]
        add_capacity([pack], "80")

        assert (fit() is not None) is counts

    @pytest.mark.parametrize(
        "fields", [{"basis": "kwh"}, {"departures": [{"words": "temperature is 12 °C", "is_grave": True}]}]
    )
    def test_counts_no_test_of_energy_and_none_off_its_procedure(self, fields):
        add_capacity(make_inspected(), "80", **fields)

        assert fit() is None

    def test_counts_a_test_with_a_slight_departure(self):
        add_capacity(
            make_inspected(), "80", departures=[{"words": "temperature is 22 °C", "is_grave": False}]
        )

        assert fit().document["pairs"] == 1

    def test_counts_the_standing_test_of_a_pack_only(self):
        pack = make_pairs(make_supplier(), [4])[0]
        add_capacity([pack], "60")

        group = finest(fitted())[0]

        assert (group.n, group.bias) == (1, pack.declared_soh_percent - 60)

    def test_gives_the_same_version_for_the_same_pairs(self):
        supplier = make_supplier()
        make_pairs(supplier, [1, 2, 3])
        first = fit()

        again = fit()
        make_pairs(supplier, [9])
        third = fit()

        assert again == first
        assert (first.version, third.version) == (1, 2)
        assert events().filter(event_type="agreement.fitted").count() == 2
        assert AgreementGroup.objects.filter(fit=first, level="group").get().n == 3

    def test_never_grades(self):
        packs = make_pairs(make_supplier(), list(LEVEL))
        waiting = make_inspected()
        ids = [pack.pk for pack in [*packs, *waiting]]
        before = {key: evidence.to_json() for key, evidence in evidence_for(pack_ids=ids).items()}

        fit()

        after = {key: evidence.to_json() for key, evidence in evidence_for(pack_ids=ids).items()}
        assert after == before
        assert not events().filter(event_type__startswith="decision").exists()

    def test_asks_the_database_as_often_for_many_pairs(self, django_assert_max_num_queries):
        make_pairs(make_supplier(), list(LEVEL))
        make_pairs(make_supplier(), list(LEVEL))

        with django_assert_max_num_queries(9):
            fit()


class TestFitAll:
    def test_fits_every_kind_that_has_pairs(self):
        make_pairs(make_supplier(), [1, 2])
        make_pairs(make_supplier(), [1, 2], kind="bms", variant="7")

        assert {fit.kind for fit in fit_all(actor=SYSTEM, at=AT)} == {"declared", "bms"}
