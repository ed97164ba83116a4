"""Disputes by token: the wrong person first, then the same as on the pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grading.models import Dispute
from intake.models import Pack
from rebattery.accounts.roles import Capability, Role
from rebattery.accounts.services import create_token
from rebattery.audit.trail import events
from tests.evidence import publish_seed
from tests.factories import make_actor, make_person
from tests.grading import cast
from tests.grading.services.disputes.acts import answer, decision_of, dispute, owner_of

pytestmark = pytest.mark.django_db
ALL = [Capability.VIEW_PACKS, Capability.DISPUTE_RESULTS]


@pytest.fixture
def pack(db) -> Pack:
    publish_seed()
    return cast.rejected()


def program(person, scopes=ALL) -> Client:
    made = create_token(person=person, label="T", scopes=scopes, actor=make_actor(person), at=timezone.now())
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


def body(pack: Pack, **more) -> dict:
    return {"decision_id": decision_of(pack).pk, "comment": "Our own test says 84 %."} | more


class TestPost:
    def url(self, pack: Pack) -> str:
        return reverse("api_pack_disputes", args=[pack.pk])

    @pytest.mark.rule(5)
    def test_is_not_for_another_supplier(self, pack):
        response = program(make_person(Role.SUPPLIER)).post(
            self.url(pack), body(pack), content_type="application/json"
        )

        assert response.status_code == 404
        assert not Dispute.objects.exists()

    def test_is_not_for_staff(self, pack):
        client = program(make_person(Role.REVIEWER), [Capability.VIEW_PACKS])

        assert client.post(self.url(pack), body(pack), content_type="application/json").status_code == 403

    def test_is_not_for_a_token_without_the_scope(self, pack):
        client = program(owner_of(pack), [Capability.VIEW_PACKS])

        assert client.post(self.url(pack), body(pack), content_type="application/json").status_code == 403

    def test_opens_one_with_its_trail(self, pack):
        response = program(owner_of(pack)).post(self.url(pack), body(pack), content_type="application/json")

        assert response.status_code == 201
        assert (response.json()["state"], response.json()["grade"]) == ("open", "D")
        assert events().filter(event_type="dispute.opened", actor_kind="token").count() == 1

    def test_takes_files(self, pack):
        files = [SimpleUploadedFile("a.csv", b"a,b\n1,2\n3,4\n"), SimpleUploadedFile("b.pdf", b"%PDF-1.7\n")]

        response = program(owner_of(pack)).post(self.url(pack), body(pack, files=files))

        assert [file["file_name"] for file in response.json()["files"]] == ["a.csv", "b.pdf"]

    def test_tells_other_files_from_the_same_ones(self, pack):
        client, key = program(owner_of(pack)), {"Idempotency-Key": "one"}

        def send(first: bytes):
            files = [SimpleUploadedFile("a.csv", first), SimpleUploadedFile("b.csv", b"a,b\n1,2\n")]
            return client.post(self.url(pack), body(pack, files=files), headers=key)

        assert send(b"a,b\n1,2\n").status_code == 201
        assert send(b"a,b\n1,2\n").headers["Idempotent-Replayed"] == "true"
        assert send(b"a,b\n9,9\n").json()["code"] == "idempotency_key_reused"
        assert Dispute.objects.count() == 1

    def test_refuses_by_field(self, pack):
        client = program(owner_of(pack))
        strange = [SimpleUploadedFile("a.exe", b"MZ\x90\x00\x03\x00")]

        response = client.post(self.url(pack), body(pack, files=strange))

        assert response.status_code == 422
        assert response.json()["fields"] == {"files": "a.exe: It is a program."}

    def test_refuses_a_second_one(self, pack):
        dispute(pack)

        response = program(owner_of(pack)).post(self.url(pack), body(pack), content_type="application/json")

        assert (response.status_code, response.json()["code"]) == (409, "dispute_refused")


class TestGet:
    @pytest.mark.rule(5)
    def test_holds_only_ones_own(self, pack):
        found = dispute(pack)
        stranger = program(make_person(Role.SUPPLIER))

        assert stranger.get(reverse("api_disputes")).json()["results"] == []
        assert stranger.get(reverse("api_dispute", args=[found.pk])).status_code == 404

    def test_tells_the_answer_and_no_name(self, pack):
        found = dispute(pack)
        answer(found, make_actor(cast.staff("reviewer")))

        response = program(owner_of(pack)).get(reverse("api_dispute", args=[found.pk]))

        assert (response.json()["answer"], response.json()["remedy"]) == ("We measure again.", "retest")
        assert cast.SECRET not in response.text

    def test_keeps_one_state(self, pack):
        dispute(pack)
        client = program(owner_of(pack))

        assert len(client.get(reverse("api_disputes"), {"state": "open"}).json()["results"]) == 1
        assert client.get(reverse("api_disputes"), {"state": "upheld"}).json()["results"] == []
        assert client.get(reverse("api_disputes"), {"state": "x"}).status_code == 422
