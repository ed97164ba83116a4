"""Declaring an instrument bad on pages: the wrong person first, then what each step shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import CapacityTest, InstrumentDeclaration
from grading.web.declarations_parts import PARTS
from intake.models import Pack
from tests.evidence import publish_seed
from tests.factories import make_instrument, make_person
from tests.grading.declaring import SINCE, WHY, approve, make_measured, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def bad():
    publish_seed()
    return make_instrument(code="CY-1")


def page(client, name, *args, **params):
    return client.get(reverse(name, args=args), params)


def sent(**more):
    return {"channel_id": "", "since_at": SINCE.strftime("%Y-%m-%dT%H:%M"), "reason": WHY} | more


class TestAccess:
    @pytest.mark.parametrize("role", ["supplier", "auditor"])
    def test_only_staff_that_measures_or_decides_proposes(self, client, bad, role):
        client.force_login(make_person(role))

        assert client.post(reverse("instrument_declare", args=[bad.pk]), sent()).status_code == 403
        assert not InstrumentDeclaration.objects.exists()

    @pytest.mark.parametrize("role", ["supplier", "auditor", "warehouse"])
    @pytest.mark.parametrize("act", ["declaration_approve", "declaration_refuse"])
    def test_only_reviewers_and_administrators_answer(self, client, bad, role, act):
        declaration = propose(bad)
        client.force_login(make_person(role))

        assert client.post(reverse(act, args=[declaration.pk]), {"reason": "No"}).status_code == 403

    def test_suppliers_do_not_see_them(self, client, bad):
        declaration = propose(bad)
        client.force_login(make_person("supplier"))

        assert page(client, "declarations").status_code == 403
        assert page(client, "declaration", declaration.pk).status_code == 403

    def test_an_unknown_part_is_not_found(self, client, bad):
        client.force_login(make_person("auditor"))

        assert page(client, "declaration_part", propose(bad).pk, "secrets").status_code == 404


class TestDeclare:
    def test_shows_what_it_touches_before_anything_happens(self, client, bad):
        make_measured(3, with_=bad)
        client.force_login(make_person("warehouse"))

        shown = client.post(reverse("instrument_declare", args=[bad.pk]), sent(preview="1"))

        assert "3 back to the bench" in shown.text
        assert "certificates are not issued yet" in shown.text
        assert not InstrumentDeclaration.objects.exists()

    def test_proposes(self, client, bad):
        client.force_login(make_person("warehouse"))

        answer = client.post(reverse("instrument_declare", args=[bad.pk]), sent())

        made = InstrumentDeclaration.objects.get()
        assert answer.url == reverse("declaration", args=[made.pk])
        assert made.since_at == SINCE

    def test_says_what_is_missing(self, client, bad):
        client.force_login(make_person("warehouse"))

        shown = client.post(reverse("instrument_declare", args=[bad.pk]), sent(reason=""))

        assert shown.status_code == 200 and "This field is required" in shown.text


class TestDeclaration:
    def test_approves_refuses_and_withdraws(self, client, bad):
        [pack] = make_measured(with_=bad)
        otto, rita = make_person("warehouse"), make_person("reviewer")
        first, second = propose(bad, by=otto), None
        client.force_login(otto)
        assert "Withdraw the proposal" in page(client, "declaration", first.pk).text
        client.post(reverse("declaration_withdraw", args=[first.pk]), {"reason": "A mistake"})
        second = propose(bad, by=otto)
        client.force_login(rita)
        shown = page(client, "declaration", second.pk).text
        assert "Refuse the proposal" in shown and "1 pack goes back to the bench" in shown

        client.post(reverse("declaration_approve", args=[second.pk]))

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("withdrawn", "done")
        assert Pack.objects.get(pk=pack.pk).status == "inspected"
        assert "stays for ever" in page(client, "declaration", second.pk).text

    def test_says_why_somebody_may_not_approve(self, client, bad):
        rita = make_person("reviewer")
        make_measured(with_=bad, by=rita)
        declaration = propose(bad)
        client.force_login(rita)

        assert "You measured with it since then" in page(client, "declaration", declaration.pk).text
        shown = client.post(reverse("declaration_approve", args=[declaration.pk]), follow=True)
        assert "You measured with it since then" in shown.text
        assert not CapacityTest.objects.filter(invalidated_by__isnull=False).exists()

    def test_shows_a_worker_at_work(self, client, bad):
        make_measured(2, with_=bad)
        declaration = approve(propose(bad), at_once=1)
        client.force_login(make_person("auditor"))

        assert "has not begun yet" in page(client, "declaration_progress", declaration.pk).text


class TestParts:
    @pytest.mark.parametrize("part", list(PARTS))
    @pytest.mark.parametrize("is_approved", [False, True])
    def test_lists_filters_and_exports(self, client, bad, part, is_approved):
        packs = make_measured(2, with_=bad, other=bad, soh="78", chemistry="NMC")
        declaration = propose(bad)
        if is_approved:
            approve(declaration)
        client.force_login(make_person("auditor"))
        is_empty = part == "disputes" or (is_approved and part == "reviews")

        shown = page(client, "declaration_part", declaration.pk, part)
        exported = page(client, "declaration_part", declaration.pk, part, export="csv")
        lines = b"".join(exported.streaming_content).decode().splitlines()[1:]

        assert ("None." in shown.text) is is_empty
        assert len(lines) == {"batches": 1, "suppliers": 1}.get(part, 0 if is_empty else 2)
        if part == "packs":
            none = page(client, "declaration_part", declaration.pk, part, fate="rejected")
            assert packs[0].serial in shown.text and packs[0].serial not in none.text

    @pytest.mark.parametrize("name", ["declaration", *PARTS])
    def test_asks_the_database_as_often_for_many_as_for_one(self, client, bad, name):
        declaration = propose(bad)
        client.force_login(make_person("auditor"))
        args = ("declaration", declaration.pk) if name == "declaration" else (
            "declaration_part", declaration.pk, name
        )  # fmt: skip
        make_measured(1, with_=bad)
        page(client, *args)
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as asked:
                page(client, *args)
            counts.append(len(asked))
            make_measured(12, with_=bad)

        assert counts[0] == counts[1]


class TestMarks:
    def test_are_on_every_page_that_shows_the_result(self, client, bad):
        [pack] = make_measured(with_=bad)
        approve(propose(bad))
        client.force_login(make_person("reviewer"))

        assert "its instrument was declared bad" in page(client, "pack", pack.pk).text
        assert "Suspended: not graded now" in page(client, "pack", pack.pk).text
        assert "does not count" in page(client, "instrument", bad.pk).text

    def test_are_on_the_supplier_s_page_without_our_words(self, client, bad):
        [pack] = make_measured(with_=bad)
        approve(propose(bad))
        client.force_login(make_person("supplier", supplier=pack.supplier))

        shown = page(client, "pack", pack.pk).text

        assert "does not count any more" in shown
        assert [word for word in (WHY, "Rita", "Otto") if word in shown] == []


class TestHome:
    @pytest.mark.parametrize(("role", "is_told"), [("reviewer", True), ("warehouse", False)])
    def test_tells_of_proposals_who_may_approve_them(self, client, bad, role, is_told):
        propose(bad)
        client.force_login(make_person(role))

        assert ("instrument proposed as bad" in page(client, "home").text) is is_told
