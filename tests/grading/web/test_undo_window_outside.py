"""What a supplier reads while a reviewer may still take the last step back: what they read before it."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grading.models import Decision, ReviewCase
from grading.services import reviews
from grading.services.decisions import grade
from grading.services.disputes import answer_dispute
from grading.services.reviews.cases import Justification
from intake.domain.dispositions import SETTLES_AFTER
from intake.models import Pack
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_inspected, make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.disputes.acts import dispute, owner_of
from tests.grading.services.reviews.acts import WHY, approve, ask, fresh, seen
from tests.grading.web.reviewing import signed_in
from tests.programs import Program

pytestmark = pytest.mark.django_db
OLD = SETTLES_AFTER + timedelta(seconds=1)
STATES = ("in_review", "graded", "rejected", "inspected", "quarantined")
OF_REQUEST = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|"X-CSRFToken": ?"[^"]+"')
DISPUTE = re.compile(r'<a class="btn" href="[^"]+">Dispute this result</a>')
"""The button goes for the moment; who opens its page is told from when on they can dispute."""


def addresses(pack):
    packs, batch = reverse("packs"), reverse("batch", args=[pack.batch_id])
    results = reverse("batch_results", args=[pack.batch_id])
    waiting = "?status=in_review"
    yield from (packs, f"{packs}?export=csv", f"{packs}{waiting}&grade=D", f"{packs}?grade=C")
    yield from (batch, f"{batch}?export=csv{waiting.replace('?', '&')}")
    yield from (results, f"{results}{waiting}&grade=D")
    yield from (reverse("home"), reverse("pack", args=[pack.pk]))
    yield from ("/api/v1/packs/", f"/api/v1/packs/{pack.pk}/", f"/api/v1/decisions/?pack={pack.pk}")
    yield from (f"/api/v1/packs/?status={state}" for state in STATES)


class Outside:
    """The supplier of a pack, with a browser and a program."""

    def __init__(self, pack):
        self.pack, self.person = pack, owner_of(pack)
        self.browser, self.program = signed_in(self.person), Program(self.person).client

    def read(self, address):
        shown = (self.program if address.startswith("/api") else self.browser).get(address)
        body = b"".join(shown) if shown.streaming else shown.content
        return DISPUTE.sub("", OF_REQUEST.sub("", body.decode()))

    def everything(self):
        return {address: self.read(address) for address in addresses(self.pack)}

    def page(self):
        return self.read(reverse("pack", args=[self.pack.pk]))

    def home(self):
        return self.read(reverse("home"))

    def told(self, path):
        return json.loads(self.read(f"/api/v1/{path}"))

    def decisions(self):
        return self.told(f"decisions/?pack={self.pack.pk}")["results"]


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


@pytest.fixture
def ann():
    return make_actor(make_person("reviewer", name="Ann"))


@pytest.fixture
def ben():
    return make_actor(make_person("reviewer", name="Ben"))


def rejected(case, ann, ben, at):
    reviews.confirm(cases=seen([case]), why=WHY, actor=ben, at=at)


def sent_back(case, ann, ben, at):
    reviews.order_retest(cases=seen([case]), why=WHY, actor=ben, at=at)


def overridden(case, ann, ben, at):
    if case.state == "open":
        case = ask(case, ann)
    approve(case, ben, at=at)


STEPS = [rejected, sent_back, overridden]
MOVED = {
    rejected: "Rejected after review.",
    sent_back: "A retest was ordered.",
    overridden: "Accepted after review.",
}


def differing(before, after):
    return [name for name in before if before[name] != after[name]]


class TestSupplier:
    @pytest.mark.parametrize("step", STEPS)
    def test_reads_nothing_of_a_step_that_can_be_taken_back(self, ann, ben, step):
        [case] = make_reviews()
        outside = Outside(case.pack)
        before = outside.everything()
        step(case, ann, ben, timezone.now())

        assert Pack.objects.get().status != "in_review"
        assert differing(before, outside.everything()) == []

    def test_reads_nothing_of_an_acceptance(self, ann, ben):
        [case] = make_reviews(soh="74", ratio="2.0")
        outside = Outside(case.pack)
        before = outside.everything()
        rejected(case, ann, ben, timezone.now())

        assert Pack.objects.get().status == "graded"
        assert differing(before, outside.everything()) == []

    def test_reads_nothing_of_a_reject_from_quarantine(self, ann, ben):
        [pack] = make_inspected(safety="critical")
        grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
        outside = Outside(pack)
        before = outside.everything()
        rejected(ReviewCase.objects.get(), ann, ben, timezone.now())

        assert Pack.objects.get().status == "rejected"
        assert differing(before, outside.everything()) == []

    @pytest.mark.parametrize("step", STEPS)
    def test_reads_it_once_it_stands(self, ann, ben, step):
        [case] = make_reviews()
        outside = Outside(case.pack)
        step(case, ann, ben, timezone.now() - OLD)

        status = Pack.objects.get().status
        assert MOVED[step] in outside.page() and MOVED[step] in outside.home()
        assert outside.told(f"packs/{case.pack_id}/")["status"] == status
        assert len(outside.told(f"packs/?status={status}")["results"]) == 1

    @pytest.mark.parametrize("step", STEPS)
    def test_never_reads_what_was_taken_back(self, ann, ben, step):
        [case] = make_reviews()
        step(case, ann, ben, timezone.now())
        reviews.undo(case_id=case.pk, version=fresh(case).version, actor=ben, at=timezone.now())
        outside = Outside(case.pack)

        page, home = outside.page(), outside.home()
        assert "In review" in page and "Earlier decisions" not in page
        for said in ("after review", "taken back", "retest was ordered", "set by two reviewers"):
            assert said not in page + home
        [decision] = outside.decisions()
        assert (decision["grade"], decision["kind"], decision["in_force"]) == ("D", "policy", True)

    def test_reads_the_second_answer_once_it_stands(self, ann, ben):
        [case] = make_reviews()
        earlier = timezone.now() - 2 * OLD
        overridden(case, ann, ben, earlier)
        reviews.undo(case_id=case.pk, version=fresh(case).version, actor=ben, at=earlier)
        overridden(fresh(case), ann, ben, timezone.now() - OLD)

        found = Outside(case.pack).decisions()
        assert [(row["kind"], row["in_force"]) for row in found] == [("override", True), ("policy", False)]

    def test_reads_what_took_the_place_of_an_override_at_once(self, ann, ben):
        [case] = make_reviews()
        overridden(case, ann, ben, timezone.now())
        override = Decision.objects.get(kind="override")
        why = Justification(code="set_by_mistake", text="The wrong pack")
        asked = {"pack_id": case.pack_id, "decision_id": override.pk, "why": why, "actor": ben}
        new = reviews.end_override(**asked, at=timezone.now())
        outside = Outside(case.pack)

        [first, second] = outside.decisions()
        assert (first["id"], first["in_force"], second["in_force"]) == (new.pk, True, False)
        assert outside.told(f"packs/{case.pack_id}/")["grade"] == new.grade

    def test_reads_at_once_what_answers_a_dispute(self, ben):
        [case] = make_reviews()
        opened = dispute(case.pack, at=timezone.now())
        answer_dispute(dispute_id=opened.pk, outcome="upheld", text="Again.", actor=ben, at=timezone.now())

        assert Outside(case.pack).told(f"packs/{case.pack_id}/")["status"] == "inspected"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.WAREHOUSE])
def test_our_own_people_read_everything_at_once(ann, ben, role):
    [case] = make_reviews()
    rejected(case, ann, ben, timezone.now())

    assert Program(role).get(f"packs/{case.pack_id}/").json()["status"] == "rejected"
    assert "Rejected" in signed_in(make_person(role)).get(reverse("pack", args=[case.pack_id])).text
