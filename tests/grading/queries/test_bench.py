from datetime import timedelta
from decimal import Decimal

import pytest

from grading.models import ReviewCase
from grading.queries.bench import arrivals, catalog_baseline, packs_at_bench, references_of, retest_reason_of
from grading.services.decisions import grade
from grading.services.reviews import order_retest
from grading.services.reviews.cases import Justification
from intake.models import PackType
from intake.services.receiving import receive
from tests.evidence import (
    GRADED_AT,
    add_capacity,
    add_resistance,
    finish_again,
    make_inspected,
    make_tested,
    publish_seed,
)
from tests.factories import AT, make_actor, make_pack, make_pack_type, make_person

pytestmark = pytest.mark.django_db


class TestPacksAtBench:
    def test_holds_inspected_packs_with_the_results_that_stand(self):
        pack = make_inspected()[0]
        make_pack()
        for soh in ("60", "70"):
            add_capacity([pack], soh)
        add_resistance([pack], "1.25")

        found = packs_at_bench(viewer=make_person("warehouse")).get()

        assert (found.pk, found.soh_percent, found.ir_ratio) == (pack.pk, Decimal(70), Decimal("1.25"))
        assert found.retest_reason is None

    def test_a_supplier_sees_own_packs_only(self):
        pack = make_inspected()[0]

        assert packs_at_bench(viewer=make_person("supplier", supplier=pack.supplier)).exists()
        assert not packs_at_bench(viewer=make_person("supplier")).exists()


class TestRetestReasonOf:
    def test_is_empty_for_a_pack_that_nobody_sent_back(self):
        assert retest_reason_of(pack=make_inspected()[0], viewer=make_person("warehouse")) == ""

    def test_tells_what_the_reviewer_wrote_until_testing_is_finished(self):
        publish_seed()
        pack, operator, reviewer = make_tested(soh="10")[0], make_person("warehouse"), make_person("reviewer")
        grade(pack_ids=[pack.pk], actor=make_actor(), at=GRADED_AT)
        case = ReviewCase.objects.get()
        why = Justification(code="policy_right", text="Low for its age")
        order_retest(cases={case.pk: case.version}, why=why, actor=make_actor(reviewer), at=GRADED_AT)

        assert retest_reason_of(pack=pack, viewer=operator) == "Low for its age"
        assert packs_at_bench(viewer=operator).filter(retest_reason__isnull=False).get() == pack

        finish_again([pack])
        assert retest_reason_of(pack=pack, viewer=operator) == ""


class TestReferencesOf:
    def test_offers_the_catalog_before_the_nameplate_and_charge_before_energy(self):
        pack = make_inspected(pack_type=make_pack_type())[0]

        found = [(r.source, r.basis, r.value) for r in references_of(pack=pack)]

        assert found == [
            ("pack_type", "ah", Decimal(115)),
            ("pack_type", "kwh", Decimal(40)),
            ("nameplate", "ah", Decimal(115)),
            ("nameplate", "kwh", Decimal(40)),
        ]

    def test_leaves_out_what_nobody_confirmed(self):
        pack_type = make_pack_type(rated_capacity_ah=None, nominal_energy_kwh=None)
        pack = make_inspected(pack_type=pack_type, rated_capacity_ah=None, nominal_energy_kwh=None)[0]

        assert references_of(pack=pack) == []


class TestCatalogBaseline:
    def test_carries_the_conditions_of_the_catalog(self):
        baseline = catalog_baseline(pack_type=PackType.objects.get(pk=make_pack_type().pk))

        assert (baseline.ir_mohm, baseline.method, baseline.pulse_duration_s) == (60, "dc_pulse", 10)

    @pytest.mark.parametrize("pack_type", [None, PackType(baseline_ir_mohm=None)])
    def test_is_none_where_the_catalog_is_silent(self, pack_type):
        assert catalog_baseline(pack_type=pack_type) is None


class TestArrivals:
    def test_takes_the_scan_that_received_the_pack(self):
        pack, other = make_pack(), make_pack()
        for minutes in (1, 2):
            at = AT + timedelta(minutes=minutes)
            receive(batch_id=pack.batch_id, code=pack.serial, nonce=None, actor=make_actor(), at=at)

        assert arrivals(pack_ids=[pack.pk, other.pk]) == {pack.pk: AT + timedelta(minutes=1)}
