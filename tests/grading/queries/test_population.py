"""The population as taken says of each pack what the evidence on it says."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.domain.columnar.deciding import Outcome, decide_all
from grading.domain.columnar.population import PLACES
from grading.domain.policy import SHIPPED, parse_policy, seed_document
from grading.domain.verdict import decide
from grading.domain.warranty import warranty_for
from grading.models import CapacityTest, PopulationSnapshot, ResistanceTest
from grading.queries.evidence import evidence_for, evidence_under
from grading.queries.population import _NUMBERS, taken
from grading.services.what_if.snapshots import take_population
from intake.models import Pack
from tests.evidence import TESTED_AT, add_capacity, make_inspected, make_tested
from tests.factories import make_pack_type
from tests.grading.domain.packs import changed_policy

pytestmark = pytest.mark.django_db
NOW = TESTED_AT + timedelta(days=400)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


def _fleet() -> list[Pack]:
    packs = [
        make_tested(soh=soh, ratio=ratio, chemistry=chemistry)[0]
        for chemistry in ("LFP", "NMC", "UNKNOWN")
        for soh, ratio in (("80.0000", "1.9999"), ("80.0001", "1.4999"), ("20", None), ("19.9999", "2"))
    ]
    damaged = make_inspected(safety="damaged", chemistry="LFP")
    add_capacity(damaged, "70", u_soh_points=Decimal("0.6"), uncertainty={"is_complete": True})
    by_energy = make_inspected(chemistry="LMO")
    add_capacity(by_energy, "66", basis="kwh", weakest_soh_percent=Decimal("55.25"))
    return [*packs, *damaged, *by_energy, *_aged()]


def _aged() -> list[Pack]:
    """Return packs past, on the last day of, and without any known end of their calendar life."""
    kind = make_pack_type(calendar_life_years=10)
    last = NOW.date().replace(year=NOW.year - 10)
    declared = [
        {"production_date": (last - timedelta(days=1)).isoformat()},
        {"production_date": last.isoformat()},
        {"first_use_date": str(last.year - 1)},
        {},
    ]
    return [make_tested(pack_type=kind, soh="90", declared=said)[0] for said in declared]


class TestTaken:
    @pytest.mark.parametrize("months", [13, 14])
    def test_counts_the_months_of_a_grade_as_the_evidence_does(self, months):
        policy = changed_policy(grade_validity={"B": {"storage_months": months, "remeasure_months": None}})
        packs = _fleet()
        add_capacity(make_inspected(chemistry="LFP"), "70", measured_at=NOW + timedelta(days=3))
        take_population(at=NOW)
        found = taken()
        outcomes = decide_all(policy, found.population)
        one_by_one = evidence_under(policy=policy, pack_ids=[pack.pk for pack in packs], at=NOW)
        for place, key in enumerate(found.keys["id"].tolist()):
            if key in one_by_one:
                assert found.population.evidence_at(place).soh_age_months == one_by_one[key].soh_age_months
                assert outcomes.at(place).code == decide(policy, one_by_one[key]).reasons[0].code
        ages = {found.population.evidence_at(place).soh_age_months for place in range(len(found.population))}
        assert ages == {0, 14}
        assert ("GRADE_EXPIRED" in {outcome.code for outcome in outcomes.table}) == (months == 13)

    @pytest.mark.parametrize("name", SHIPPED)
    @pytest.mark.parametrize("max_age_days", [None, 399, 400])
    def test_gives_the_verdict_of_the_evidence_on_each_pack(self, name, max_age_days):
        packs = _fleet()
        document = seed_document(name)
        document["evidence"]["max_age_days"] = max_age_days
        policy = parse_policy(document)
        take_population(at=NOW)
        found = taken()

        outcomes = decide_all(policy, found.population)

        assert sorted(found.keys["id"].tolist()) == sorted(pack.pk for pack in packs)
        one_by_one = evidence_for(pack_ids=[pack.pk for pack in packs], on=NOW.date(), aged_at=NOW)
        for place, key in enumerate(found.keys["id"].tolist()):
            verdict = decide(policy, one_by_one[key])
            terms = warranty_for(policy, verdict, soh_percent=one_by_one[key].soh_percent)
            warranty = terms.key if terms and terms.by_default else ""
            expected = Outcome(verdict.grade, verdict.route, verdict.reasons[0].code, warranty)
            assert outcomes.at(place) == expected

    def test_knows_which_packs_are_past_their_calendar_life(self):
        keys = [pack.pk for pack in _aged()]
        take_population(at=NOW)
        found = taken()

        places = {key: place for place, key in enumerate(found.keys["id"].tolist())}
        beyond = [found.population.evidence_at(places[key]).beyond_calendar_life for key in keys]
        assert beyond == [True, False, True, None]

    def test_leaves_out_packs_without_a_capacity_test(self):
        make_inspected()
        take_population(at=NOW)

        assert len(taken().population) == 0

    def test_no_column_of_the_database_is_finer_than_a_snapshot(self):
        fields = [*CapacityTest._meta.fields, *ResistanceTest._meta.fields, *Pack._meta.fields]
        places = {field.name: getattr(field, "decimal_places", 0) for field in fields}

        assert all(places[name] <= PLACES for name in _NUMBERS.values())

    def test_knows_supplier_energy_and_day_of_each_pack(self):
        pack = make_tested(soh="74", nominal_energy_kwh="60.48")[0]
        take_population(at=NOW)
        found = taken()

        assert found.keys["supplier_id"].tolist() == [pack.supplier_id]
        assert found.usable_wh.tolist() == [44_755]
        day = TESTED_AT.date()
        assert found.within(since=day, until=day).all()
        assert not found.within(since=day + timedelta(days=1)).any()
        assert not found.within(supplier_id=0).any()

    def test_is_read_anew_when_a_restored_database_gives_the_same_number_again(self):
        make_tested()
        number = take_population(at=NOW).pk
        assert len(taken().population) == 1

        make_tested()
        after = take_population(at=NOW + timedelta(hours=1)).pk
        PopulationSnapshot.objects.filter(pk=number).delete()
        PopulationSnapshot.objects.filter(pk=after).update(id=number)

        assert len(taken().population) == 2


class TestTakePopulation:
    def test_takes_nothing_anew_while_nothing_is_recorded(self):
        make_tested()
        first = take_population(at=NOW)

        assert take_population(at=NOW + timedelta(hours=1)) == first
        make_tested()
        assert take_population(at=NOW + timedelta(hours=1)).pack_count == 2

    def test_keeps_the_newest_three_files(self, settings):
        for hour in range(5):
            make_tested()
            take_population(at=NOW + timedelta(hours=hour))

        assert len(list((settings.FILES_ROOT / "populations").iterdir())) == 3
        assert len(taken().population) == 5
