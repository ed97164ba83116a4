"""What reports let expect before a test."""

from decimal import Decimal

import pytest

from grading.queries.agreement import expected_soh
from tests.evidence import make_inspected
from tests.factories import make_pack_type, make_supplier
from tests.grading.agreeing import LEVEL, add_report, finest, fitted, make_pairs

pytestmark = pytest.mark.django_db


def waiting(supplier, claim="82", **fields):
    values = {"declared_soh_percent": Decimal(claim), "declared_soh_method": "bms"} | fields
    return make_inspected(supplier=supplier, **values)[0]


class TestExpectedSoh:
    def test_corrects_the_claim_by_its_group(self):
        supplier = make_supplier()
        make_pairs(supplier, [3 + d for d in LEVEL])
        fit = fitted()
        pack = waiting(supplier)

        found = expected_soh(pack_ids=[pack.pk])[pack.pk]

        group = finest(fit)[0]
        assert found.soh_percent == 82 - group.shrunk_bias == 79
        assert (found.variance, found.n, found.fit_id) == (group.variance, 18, fit.pk)
        assert found.may_presort
        assert found.label == "Supplier's claim v1, n = 18"

    def test_expects_nothing_below_five_pairs(self):
        supplier = make_supplier()
        make_pairs(supplier, list(LEVEL[:4]))
        fitted()
        pack = waiting(supplier)

        assert expected_soh(pack_ids=[pack.pk]) == {pack.pk: None}

    @pytest.mark.parametrize(
        "fields",
        [{"declared_soh_method": "estimate"}, {"model": "Ariya"}, {"declared_soh_percent": None}],
    )
    def test_expects_nothing_of_another_group(self, fields):
        supplier = make_supplier()
        make_pairs(supplier, list(LEVEL))
        fitted()
        pack = waiting(supplier, **fields)

        assert expected_soh(pack_ids=[pack.pk])[pack.pk] is None

    def test_expects_nothing_of_another_supplier_or_type(self):
        make_pairs(make_supplier(), list(LEVEL))
        fitted()
        other = waiting(make_supplier())

        assert expected_soh(pack_ids=[other.pk])[other.pk] is None

    def test_takes_the_narrowest_report(self):
        supplier, pack_type = make_supplier(), make_pack_type(key="LEAF")
        make_pairs(supplier, [2 * d for d in LEVEL], pack_type=pack_type)
        make_pairs(supplier, [1 + d / 2 for d in LEVEL], pack_type=pack_type, kind="telematics", variant="9")
        fitted()
        fitted("telematics")
        pack = waiting(supplier, pack_type=pack_type)
        add_report(pack, "77", kind="telematics", firmware="9")

        assert expected_soh(pack_ids=[pack.pk])[pack.pk].kind == "telematics"

    def test_asks_once_for_any_number(self, django_assert_num_queries):
        supplier = make_supplier()
        make_pairs(supplier, list(LEVEL))
        fitted()
        ids = [waiting(supplier).pk for _ in range(5)]

        with django_assert_num_queries(1):
            assert len(expected_soh(pack_ids=ids)) == 5
