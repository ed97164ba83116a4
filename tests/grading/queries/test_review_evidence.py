"""What a reviewer weighs beside the pack's own results."""

from decimal import Decimal

import pytest

from grading.models import CapacityTest, Decision, ReviewCase
from grading.queries.review_evidence import behind, last_results, type_distribution
from grading.queries.test_runs import results_of
from tests.evidence import make_reviews, make_tested, publish_seed
from tests.factories import make_pack_type, make_person, make_supplier

pytestmark = pytest.mark.django_db


class TestTypeDistribution:
    def test_is_none_without_a_type(self):
        [pack] = make_tested()
        assert type_distribution(pack=pack, test=None) is None

    def test_counts_each_standing_value_of_the_type_once(self):
        kind, other = make_pack_type(), make_pack_type()
        for soh in ("78", "79.9", "80", "91.5"):
            make_tested(soh=soh, pack_type=kind)
        make_tested(soh="60", pack_type=other)
        [pack] = make_tested(soh="70", pack_type=kind)
        found = type_distribution(pack=pack, test=None)
        assert [float(value) for value in found.values] == [70, 78, 79.9, 80, 91.5]
        assert found.bins == [(70, 1), (78, 2), (80, 1), (90, 1)]
        assert (found.median, found.is_cut, found.is_picture) == (Decimal("79.9"), False, True)

    def test_is_no_picture_of_four(self):
        kind = make_pack_type()
        packs = make_tested(4, soh="78", pack_type=kind)
        assert not type_distribution(pack=packs[0], test=None).is_picture

    def test_keeps_charge_and_energy_apart(self):
        kind = make_pack_type()
        [pack] = make_tested(soh="78", pack_type=kind)
        test = CapacityTest(basis="kwh")
        found = type_distribution(pack=pack, test=test)
        assert (found.basis, list(found.values)) == ("by energy (kWh)", [])


class TestLastResults:
    def test_are_the_newest_ten_in_force_of_others(self):
        publish_seed()
        supplier = make_supplier()
        make_reviews(1, supplier=make_supplier())
        cases = make_reviews(9, supplier=supplier)
        cases += make_reviews(3, supplier=supplier, soh="74", ratio=None)
        found = last_results(pack=cases[0].pack)
        assert [d.pack_id for d in found.decisions] == [case.pack_id for case in reversed(cases[2:])]
        assert (found.rejects, len(found.decisions)) == (7, 10)

    def test_are_none_of_a_first_pack(self):
        publish_seed()
        [case] = make_reviews()
        assert list(last_results(pack=case.pack).decisions) == []


class TestBehind:
    def test_names_instruments_and_people_once(self):
        publish_seed()
        [case] = make_reviews(by=make_person(name="Tess"))
        case = ReviewCase.objects.select_related("decision").get(pk=case.pk)
        found = behind(decision=case.decision, results=results_of(pack_id=case.pack_id))
        assert (len(found.instruments), found.people, found.derivation) == (1, ["Tess"], None)

    def test_is_nothing_where_nothing_was_measured(self):
        publish_seed()
        [case] = make_reviews(soh=None, ratio=None)
        decision = Decision.objects.get(pack_id=case.pack_id)
        found = behind(decision=decision, results=results_of(pack_id=case.pack_id))
        assert (found.instruments, found.people, found.derivation) == ([], [], None)
