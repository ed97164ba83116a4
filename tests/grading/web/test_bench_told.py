"""What the bench says of a result: which one counts, with which none compares, what contradicts itself."""

from decimal import Decimal

import pytest
from django.urls import reverse

from grading.models import CapacityTest
from grading.services.bench_runs import fill
from tests.evidence import add_capacity, add_resistance
from tests.factories import make_actor
from tests.grading.running import AT, make_run
from tests.grading.web.test_bench import capacity, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
WEAK_MODULE = {"weakest_soh_percent": Decimal("68.7"), "weakest_kind": "module"}
WEAK_GROUP = {"weakest_soh_percent": "66", "weakest_kind": "series_group"}


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

    def test_is_told_to_who_records_it_and_goes_on_to_the_next_pack(self, client, pack, instrument):
        data = capacity(instrument, weakest_soh_percent="66", weakest_kind="series_group")

        text = post(client, "bench_capacity", pack, data | {"then": "next"}).text

        assert f"{pack.serial}: The weakest series group is reported 8.0 points below the pack" in text

    def test_stands_in_the_grid_before_and_after_recording(self, client, pack, instrument):
        run = make_run([pack], instrument=instrument)
        fill(
            run_id=run.pk,
            rows=[{"serial": pack.serial, "measured_capacity_ah": "85,1"} | WEAK_GROUP],
            actor=make_actor(),
            at=AT,
        )
        words = "Contradicts itself: The weakest series group is reported 8.0 points below the pack"

        assert words in page_of(client, "bench_run", run)
        client.post(reverse("bench_run_record", args=[run.pk]), {"do": "ready"})
        assert CapacityTest.objects.exists()
        assert words in page_of(client, "bench_run", run)
