"""What a dossier says of a pack: claims, comparisons, the way it went."""

from decimal import Decimal

import pytest

from grading.queries.dossiers import SHOWN_EVENTS, dossier_of, pack_for
from tests.evidence import add_capacity, add_resistance, make_inspected, publish_seed
from tests.factories import make_pack, make_pack_type, make_person
from tests.grading import cast

pytestmark = pytest.mark.django_db


def dossier(pack, role="auditor"):
    viewer = make_person(role, supplier=pack.supplier if role == "supplier" else None)
    return dossier_of(pack=pack_for(viewer=viewer).get(pk=pack.pk), viewer=viewer)


def comparison(pack, label):
    return next(row for row in dossier(pack).comparisons if row.label == label)


class TestClaims:
    def test_are_all_that_was_declared_in_words(self):
        pack = make_pack(declared={"accident_flag": True, "flood": False, "odometer_km": "120000"})

        claims = {claim.label: (claim.value, claim.unit) for claim in dossier(pack).claims}

        assert claims["Declared SOH"] == ("82", "%")
        assert ("yes", "") in claims.values()
        assert ("no", "") in claims.values()
        assert ("120000", "km") in claims.values()

    def test_leave_out_what_was_not_said(self):
        pack = make_pack(declared_soh_percent=None, make="")

        labels = {claim.label for claim in dossier(pack).claims}

        assert "Declared SOH" not in labels
        assert "Make" not in labels

    def test_hold_the_row_as_received(self):
        assert dossier(make_pack(declared_raw={"SoH [%]": "82,0"})).raw_claims == [("SoH [%]", "82,0")]


class TestComparisons:
    def test_difference_is_measured_minus_claimed(self):
        [pack] = make_inspected(declared_soh_percent=Decimal("80.5"))
        add_capacity([pack], "74")

        assert comparison(pack, "State of health").difference == Decimal("-6.5")

    def test_no_claim_makes_no_difference(self):
        [pack] = make_inspected(declared_soh_percent=None)
        add_capacity([pack], "74")

        assert comparison(pack, "State of health").difference is None

    def test_baseline_is_the_tests_own_before_the_types(self):
        [pack] = make_inspected(pack_type=make_pack_type(baseline_ir_mohm=Decimal(55)))
        assert comparison(pack, "Internal resistance").claimed == 55

        add_resistance([pack], "1.2", baseline_mohm=Decimal(50))

        assert comparison(pack, "Internal resistance").claimed == 50

    def test_says_why_a_resistance_does_not_compare(self):
        [pack] = make_inspected()
        add_resistance([pack], "1.2", is_comparable=False, incomparable_because="another pulse")

        assert "not comparable: another pulse" in comparison(pack, "Internal resistance").measured_as


class TestStory:
    def test_is_the_newest_part_of_a_long_one(self):
        pack = make_inspected()[0]
        for number in range(SHOWN_EVENTS // 2 + 1):
            add_capacity([pack], str(50 + number % 40))

        told = dossier(pack)

        assert len(told.story) == SHOWN_EVENTS
        assert told.story_count > SHOWN_EVENTS
        assert told.story[0].event_type == "capacity_test.recorded"
        assert told.way.times["announced"]

    def test_gives_a_supplier_neither_reasons_nor_changes(self):
        publish_seed()
        story = dossier(cast.rejected(), "supplier").story

        assert "Rejected after review." in [entry.sentence for entry in story]
        assert {(entry.actor, entry.reason, entry.reason_code, entry.request_id) for entry in story} == {
            ("", "", "", "")
        }
        assert not any(entry.changes for entry in story)
