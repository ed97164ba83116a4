"""What became of a batch: for its supplier, for staff, for nobody else."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.queries.batch_results import results_in, totals_of
from grading.services import decisions
from intake.domain.lifecycle import Move
from intake.models import Batch, Pack
from intake.services.lifecycle import move_packs
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, TESTED_AT, add_capacity, add_inspection, add_resistance, publish_seed
from tests.factories import make_batch, make_person
from tests.grading import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


def graded_batch(*sohs: tuple[str | None, str | None], by=None) -> Batch:
    """Make a batch of LFP packs with (claimed, measured) SOH; those measured are decided upon."""
    claims = [{"chemistry": "LFP", "declared_soh_percent": claim and Decimal(claim)} for claim, _ in sohs]
    batch = make_batch(packs=claims)
    packs = list(batch.packs.order_by("id"))
    move(packs, Move.RECEIVE, facts={"batch": batch.number})
    add_inspection(packs, "ok", by=by)
    move(packs, Move.PASS_INSPECTION)
    tested = [(pack, soh) for pack, (_, soh) in zip(packs, sohs, strict=True) if soh]
    for pack, soh in tested:
        add_capacity([pack], soh, by=by)
        add_resistance([pack], "1.1", by=by)
        move([pack], Move.COMPLETE_TESTS)
    decisions.grade(pack_ids=[pack.pk for pack, _ in tested], actor=SYSTEM, at=GRADED_AT)
    return batch


def move(packs, verb: Move, **more) -> None:
    move_packs(pack_ids=[pack.pk for pack in packs], move=verb, actor=SYSTEM, at=TESTED_AT, **more)


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def supplier_of(batch: Batch) -> Client:
    return as_(make_person(Role.SUPPLIER, supplier=batch.supplier))


class TestAccess:
    @pytest.mark.rule(5)
    def test_of_another_supplier_is_not_found(self):
        client = as_(make_person(Role.SUPPLIER))

        assert client.get(reverse("batch_results", args=[make_batch().pk])).status_code == 404

    @pytest.mark.parametrize("role", Role.values)
    def test_is_for_its_supplier_and_all_staff(self, role):
        batch = make_batch()
        person = make_person(role, supplier=batch.supplier if role == Role.SUPPLIER else None)

        assert as_(person).get(reverse("batch_results", args=[batch.pk])).status_code == 200

    def test_names_no_staff_to_the_supplier(self):
        batch = graded_batch(("80", "74"), by=cast.staff())

        assert cast.SECRET not in supplier_of(batch).get(reverse("batch_results", args=[batch.pk])).text


class TestPage:
    def test_sets_claim_and_measurement_side_by_side(self):
        batch = graded_batch(("80", "74"))

        text = supplier_of(batch).get(reverse("batch_results", args=[batch.pk])).text

        assert "80.00" in text and "74.00" in text and "−6.00" in text
        assert "B, not A: SOH 74.0 % is not above 80 % (margin 6.0 points)." in text
        assert "Pack reuse" in text

    def test_says_why_a_pack_is_held(self):
        [pack] = Pack.objects.filter(pk=cast.held().pk)

        text = as_(make_person(Role.AUDITOR)).get(reverse("batch_results", args=[pack.batch_id])).text

        assert "H: SOH is not measured on a bench." in text

    @pytest.mark.parametrize(
        ("chosen", "kept"),
        [
            ({"measured": "yes"}, [0, 1, 2, 3]),
            ({"measured": "no"}, [4]),
            ({"measured": "below"}, [1]),
            ({"measured": "above"}, [2]),
            ({"grade": "none"}, [4]),
            ({"grade": "B"}, [0, 1, 3]),
            ({"status": "inspected"}, [4]),
        ],
    )
    def test_is_filtered(self, chosen, kept):
        batch = graded_batch(("79", "74"), ("79.01", "74"), ("78", "83.01"), (None, "74"), ("80", None))
        serials = list(batch.packs.order_by("id").values_list("serial", flat=True))

        page = supplier_of(batch).get(reverse("batch_results", args=[batch.pk]), chosen).context["page"]

        assert [row.serial for row in page.rows] == [serials[place] for place in kept]

    def test_is_exported_with_more_columns(self):
        batch = graded_batch(("80", "74"), ("70", None))
        url = reverse("batch_results", args=[batch.pk])

        response = supplier_of(batch).get(url, {"export": "csv"})
        text = b"".join(response.streaming_content).decode()

        assert "Resistance (× baseline)" in text and "seed-v1 v1" in text
        assert "80.00" in text and '"-6.00"' in text.replace("'", "")
        assert len(text.strip().splitlines()) == 3
        assert supplier_of(batch).get(url, {"export": "xlsx"}).status_code == 200

    @pytest.mark.parametrize("sort", ["serial", "-serial", "status", "id", "-id"])
    def test_is_sorted(self, sort):
        batch = graded_batch(("80", "74"), ("70", None))

        page = supplier_of(batch).get(reverse("batch_results", args=[batch.pk]), {"sort": sort})

        assert page.status_code == 200

    def test_asks_as_often_for_many_as_for_few(self):
        counts = []
        for size in (1, 30):
            batch = graded_batch(*[("80", "74")] * size)
            client = supplier_of(batch)
            client.get(reverse("batch_results", args=[batch.pk]))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("batch_results", args=[batch.pk]))
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 10


class TestTotals:
    def test_are_over_the_packs_with_both(self):
        batch = graded_batch(("80", "74"), ("90", "80.5"), (None, "50"), ("80", None))

        totals = totals_of(batch=batch, viewer=make_person("auditor"))

        assert (totals.packs, totals.measured, totals.compared) == (4, 3, 2)
        assert (totals.mean_claimed, totals.mean_measured) == (Decimal(85), Decimal("77.25"))
        assert totals.mean_difference == Decimal("-7.75")
        assert (totals.clearly_below, totals.clearly_above) == (2, 0)
        assert (totals.by_grade, totals.undecided) == ([("A", 1), ("B", 1), ("C", 1)], 1)

    def test_of_an_unmeasured_batch_have_no_mean(self):
        totals = totals_of(batch=make_batch(packs=2), viewer=make_person("auditor"))

        assert (totals.packs, totals.measured, totals.mean_difference) == (2, 0, None)
        assert (totals.by_grade, totals.undecided) == ([], 2)


class TestResults:
    def test_take_what_stands(self):
        pack = cast.measured_again()
        viewer = make_person(Role.AUDITOR)

        [found] = results_in(batch=pack.batch, viewer=viewer)

        assert (found.measured_soh, found.grade) == (Decimal(74), "B")
        assert found.soh_difference == Decimal(74) - pack.declared_soh_percent
