"""Evidence as it is read from the rows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.domain.evidence import Evidence
from grading.queries.evidence import evidence_for
from tests.evidence import TESTED_AT, add_capacity, add_resistance, make_inspected, make_tested
from tests.factories import make_pack, make_pack_type, make_person

pytestmark = pytest.mark.django_db


def of(pack, **options) -> Evidence:
    return evidence_for(pack_ids=[pack.pk], **options)[pack.pk]


class TestEvidenceFor:
    def test_of_an_announced_pack_knows_only_claims(self):
        evidence = of(make_pack(chemistry="LFP", history_completeness_percent=Decimal(0)))
        assert (evidence.safety, evidence.identity_confirmed, evidence.soh_percent) == (None, False, None)
        assert (evidence.declared_soh_percent, evidence.has_history) == (Decimal("82.00"), False)
        assert evidence.soh_source is None

    def test_reads_current_results_and_who_measured(self):
        inspector, tester = make_person(), make_person()
        [pack] = packs = make_inspected(by=inspector, chemistry="LFP")
        add_capacity(packs, "50", by=inspector)
        add_capacity(packs, "74.1234", by=tester, weakest_soh_percent=Decimal("70.5"), weakest_kind="cell")
        add_resistance(packs, "1.25", by=tester)
        evidence = of(pack)
        assert (evidence.safety, evidence.identity_confirmed, evidence.soh_source) == ("ok", True, "lab")
        assert evidence.soh_percent == Decimal("74.1234")
        assert evidence.weakest_cell_soh_percent == Decimal("70.50")
        assert (evidence.ir_ratio, evidence.ir_comparable) == (Decimal("1.25"), True)
        assert evidence.sources["people"] == sorted([inspector.pk, tester.pk])
        assert {"inspection_id", "capacity_test_id", "resistance_test_id"} <= set(evidence.sources)

    @pytest.mark.parametrize(
        ("basis", "ended", "bounds"), [("ah", True, True), ("ah", False, False), ("kwh", True, False)]
    )
    def test_bounds_the_weakest_cell_only_by_charge_to_a_cell_limit(self, basis, ended, bounds):
        [pack] = packs = make_inspected()
        add_capacity(packs, "70", basis=basis, ended_by_cell_limit=ended)
        assert of(pack).weakest_bound_from_pack_ah is bounds

    @pytest.mark.parametrize(("claimed", "used"), [("UNKNOWN", "LMO"), ("LFP", "LFP")])
    def test_asks_the_catalog_where_the_supplier_did_not_know(self, claimed, used):
        pack_type = make_pack_type(chemistry="LMO")
        assert of(make_pack(chemistry=claimed, pack_type=pack_type)).chemistry == used

    @pytest.mark.parametrize(
        ("life", "declared", "on", "found"),
        [
            (10, {"production_date": "2016-11-22"}, date(2026, 11, 22), False),
            (10, {"production_date": "2016-11-22"}, date(2026, 11, 23), True),
            (10, {"first_use_date": "2016-11"}, date(2026, 12, 1), True),
            (10, {"production_date": "2016-11-22"}, None, None),
            (10, {}, date(2026, 11, 23), None),
            (None, {"production_date": "1990"}, date(2026, 11, 23), None),
        ],
    )
    def test_tells_the_calendar_life_where_maker_and_supplier_do(self, life, declared, on, found):
        pack = make_pack(pack_type=make_pack_type(calendar_life_years=life), declared=declared)

        assert of(pack, on=on).beyond_calendar_life is found

    def test_leaves_the_snapshot_of_other_packs_as_it_was(self):
        [pack] = make_tested()

        assert of(pack, on=date(2026, 11, 23)).evidence_sha256() == of(pack).evidence_sha256()

    def test_tells_the_age_only_when_asked(self):
        [pack] = make_tested()
        assert of(pack).soh_age_days is None
        assert of(pack, aged_at=TESTED_AT + timedelta(days=3)).soh_age_days == 3

    def test_survives_its_own_json(self):
        [pack] = make_tested()
        evidence = of(pack)
        assert Evidence.from_json(evidence.to_json()) == evidence

    def test_takes_one_query_for_any_set(self):
        packs = make_tested(200)
        for size in (1, 200):
            with CaptureQueriesContext(connection) as queries:
                assert len(evidence_for(pack_ids=[pack.pk for pack in packs[:size]])) == size
            assert len(queries) == 1
