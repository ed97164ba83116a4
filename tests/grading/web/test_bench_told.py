"""What the bench says of a result: which one counts, with which none compares, what contradicts itself."""

from decimal import Decimal

import pytest
from django.urls import reverse

from tests.evidence import add_capacity, add_resistance

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
WEAK_MODULE = {"weakest_soh_percent": Decimal("68.7"), "weakest_kind": "module"}


def page_of(client, name, pack) -> str:
    return client.get(reverse(name, args=[pack.pk])).text


class TestCounts:
    @pytest.mark.parametrize("name", ["bench_pack", "pack"])
    def test_a_resistance_that_compares_with_nothing_does_not_count(self, client, pack, name):
        why = "method ac_1khz differs from the baseline's dc_pulse"
        add_resistance([pack], "1.2", ir_ratio=None, is_comparable=False, incomparable_because=why)

        text = page_of(client, name, pack)

        assert ">Counts<" not in text
        assert "Stands; gives no ratio that counts" in text

    @pytest.mark.parametrize("name", ["bench_pack", "pack"])
    def test_one_that_compares_counts(self, client, pack, name):
        add_resistance([pack], "1.2")

        assert ">Counts<" in page_of(client, name, pack)


class TestContradiction:
    @pytest.mark.parametrize("name", ["bench_pack", "pack"])
    def test_is_named_on_every_page_of_the_pack(self, client, pack, name):
        add_capacity([pack], "84", **WEAK_MODULE)

        assert "reported 15.3 points below the pack" in page_of(client, name, pack)
