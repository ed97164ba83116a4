"""Disputes on the pages: the supplier's, the reviewer's, and everybody else's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import Dispute
from grading.services import decisions
from grading.services.disputes import Upload
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import make_inspected, publish_seed
from tests.factories import make_actor, make_person
from tests.grading import cast
from tests.grading.services.disputes.acts import answer, decision_of, dispute, owner_of
from tests.intake.pictures import jpeg

pytestmark = pytest.mark.django_db
ANSWER = {"outcome": "upheld", "text": "We measure again."}
STAFF = [role for role in Role.values if role != Role.SUPPLIER]


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


@pytest.fixture
def pack() -> Pack:
    return cast.rejected()


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, name: str, *keys: int) -> str:
    response = client.get(reverse(name, args=keys))
    assert response.status_code == 200
    return response.text


def quarantined() -> Pack:
    [pack] = make_inspected(safety="damaged")
    decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=cast.LATER)
    return pack


class TestOpen:
    def form(self, pack, **more):
        return {"comment": "Our own test says 84 %.", "decision_id": decision_of(pack).pk} | more

    @pytest.mark.rule(5)
    def test_is_not_for_another_supplier(self, pack):
        client = as_(make_person(Role.SUPPLIER))

        for response in (
            client.get(reverse("dispute_open", args=[pack.pk])),
            client.post(reverse("dispute_open", args=[pack.pk]), self.form(pack)),
        ):
            assert response.status_code == 404
        assert not Dispute.objects.exists()

    @pytest.mark.parametrize("role", STAFF)
    def test_is_not_for_staff(self, pack, role):
        client = as_(make_person(role))

        assert client.post(reverse("dispute_open", args=[pack.pk]), self.form(pack)).status_code == 403
        assert not Dispute.objects.exists()

    def test_keeps_words_and_files(self, pack):
        client = as_(owner_of(pack))
        files = [
            SimpleUploadedFile("bench.csv", b"time,voltage\n1,350\n2,351\n"),
            SimpleUploadedFile("a.jpg", jpeg()),
        ]

        response = client.post(
            reverse("dispute_open", args=[pack.pk]), self.form(pack, files=files), follow=True
        )

        assert "A reviewer answers." in response.text
        assert "bench.csv" in response.text
        assert Dispute.objects.get().files.count() == 2

    def test_asks_what_is_new_after_an_answer(self, pack):
        reviewer = make_actor(make_person(Role.REVIEWER, name="Rita Inside"))
        answer(dispute(pack), reviewer, outcome="rejected", text="The cell <3> is worn.")

        shown = page(as_(owner_of(pack)), "dispute_open", pack.pk)

        assert "Answered on" in shown and "The cell &lt;3&gt; is worn." in shown
        assert "Say what is new." in shown and "Rita Inside" not in shown

    def test_does_not_ask_what_is_new_the_first_time(self, pack):
        assert "Say what is new." not in page(as_(owner_of(pack)), "dispute_open", pack.pk)

    def test_without_words_stays_with_what_is_wrong(self, pack):
        response = as_(owner_of(pack)).post(
            reverse("dispute_open", args=[pack.pk]), self.form(pack, comment=" ")
        )

        assert "This field is required" in response.text

    def test_keeps_the_words_when_a_file_is_refused(self, pack):
        files = [SimpleUploadedFile("tool.exe", b"MZ\x90\x00\x03\x00")]

        response = as_(owner_of(pack)).post(
            reverse("dispute_open", args=[pack.pk]), self.form(pack, files=files)
        )

        assert "tool.exe: It is a program." in response.text
        assert "Our own test says 84 %." in response.text
        assert not Dispute.objects.exists()

    def test_says_why_it_cannot_be(self):
        announced = cast.announced()

        assert "no decision on this pack yet" in page(as_(owner_of(announced)), "dispute_open", announced.pk)


class TestDispute:
    @pytest.mark.rule(5)
    def test_of_another_supplier_is_not_found(self, pack):
        found = dispute(pack)
        client = as_(make_person(Role.SUPPLIER))

        assert client.get(reverse("dispute", args=[found.pk])).status_code == 404

    @pytest.mark.parametrize("role", STAFF)
    def test_is_read_by_all_staff(self, pack, role):
        assert "Our own test says 84 %." in page(as_(make_person(role)), "dispute", dispute(pack).pk)

    def test_tells_its_supplier_the_answer_and_no_name(self, pack):
        found = dispute(pack)
        answer(found, make_actor(cast.staff("reviewer")), outcome="rejected", text="The log shows 76 %.")

        text = page(as_(owner_of(pack)), "dispute", found.pk)

        assert "The log shows 76 %." in text
        assert cast.SECRET not in text
        assert cast.SECRET in page(as_(make_person(Role.AUDITOR)), "dispute", found.pk)


class TestDossier:
    @pytest.mark.parametrize("state", ["graded", "rejected", "held", "overridden", "quarantined_and_decided"])
    def test_shows_disputes_for_ever(self, state):
        pack = quarantined() if state == "quarantined_and_decided" else cast.STATES[state]()
        supplier = as_(owner_of(pack))
        assert "Dispute this result" in page(supplier, "pack", pack.pk)
        found = dispute(pack)
        assert "Dispute this result" not in page(supplier, "pack", pack.pk)
        answer(found, make_actor(cast.staff("reviewer")))

        text = page(supplier, "pack", pack.pk)

        assert "Our own test says 84 %." in text and "We measure again." in text
        assert cast.SECRET not in text
        assert "We measure again." in page(as_(make_person(Role.REVIEWER)), "pack", pack.pk)

    @pytest.mark.parametrize("role", STAFF)
    def test_offers_staff_no_dispute(self, pack, role):
        assert "Dispute this result" not in page(as_(make_person(role)), "pack", pack.pk)

    def test_offers_none_before_a_decision(self):
        pack = cast.tested()

        assert "Dispute this result" not in page(as_(owner_of(pack)), "pack", pack.pk)


class TestQueue:
    def test_shows_what_waits_the_oldest_first(self, pack):
        dispute(pack)
        later = dispute(cast.graded())
        answer(later, make_actor(make_person(Role.REVIEWER)), outcome="rejected")

        text = page(as_(make_person(Role.REVIEWER)), "review_queue")

        assert "1 dispute to answer" in text and pack.serial in text
        assert later.pack.serial not in text


class TestAnswer:
    @pytest.mark.parametrize("role", [role for role in Role.values if role != Role.REVIEWER])
    def test_is_the_reviewers(self, pack, role):
        found = dispute(pack)
        person = owner_of(pack) if role == Role.SUPPLIER else make_person(role)

        assert as_(person).post(reverse("dispute_answer", args=[found.pk]), ANSWER).status_code == 403
        assert Dispute.objects.get().state == "open"

    def test_sends_the_pack_back(self, pack):
        found = dispute(pack)

        response = as_(make_person(Role.REVIEWER)).post(
            reverse("dispute_answer", args=[found.pk]), ANSWER, follow=True
        )

        assert "is upheld: a retest is ordered." in response.text
        pack.refresh_from_db()
        assert pack.status == "inspected"

    def test_asks_other_means_of_the_retest(self, pack):
        found = dispute(pack)
        asked = ANSWER | {"other_instrument": "on"}

        as_(make_person(Role.REVIEWER)).post(reverse("dispute_answer", args=[found.pk]), asked)

        found.refresh_from_db()
        assert found.retest_barred_instrument_ids and not found.retest_barred_person_ids
        assert "a retest is ordered with another instrument" in page(as_(owner_of(pack)), "dispute", found.pk)

    @pytest.mark.rule(4)
    def test_is_not_given_by_the_one_who_decided(self, pack):
        found = dispute(pack)
        client = as_(User.objects.get(pk=found.decision.review.closed_by_person_id))

        assert "You decided on this pack yourself" in page(client, "dispute", found.pk)
        response = client.post(reverse("dispute_answer", args=[found.pk]), ANSWER)
        assert "You decided on this pack yourself" in response.text
        assert Dispute.objects.get().state == "open"

    @pytest.mark.rule(22)
    def test_keeps_what_the_second_wrote(self, pack):
        found = dispute(pack)
        answer(found, make_actor(make_person(Role.REVIEWER, name="Ann")), outcome="rejected")

        response = as_(make_person(Role.REVIEWER)).post(
            reverse("dispute_answer", args=[found.pk]), ANSWER | {"text": "My long answer"}
        )

        assert "Ann answered first: rejected." in response.text
        assert "My long answer" in response.text


class TestFile:
    @pytest.fixture
    def file(self, pack):
        return dispute(pack, uploads=[Upload("a.jpg", jpeg())]).files.get()

    @pytest.mark.rule(5)
    def test_of_another_supplier_is_not_found(self, file):
        client = as_(make_person(Role.SUPPLIER))

        assert client.get(reverse("dispute_file", args=[file.pk])).status_code == 404

    def test_is_handed_out_and_runs_nothing(self, pack, file):
        response = as_(owner_of(pack)).get(reverse("dispute_file", args=[file.pk]))

        assert b"Exif" not in b"".join(response.streaming_content)
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"


class TestList:
    def test_holds_only_ones_own(self, pack):
        dispute(pack)
        other = cast.graded()
        dispute(other)

        text = page(as_(owner_of(pack)), "disputes")

        assert pack.serial in text and other.serial not in text

    def test_is_filtered_and_exported(self, pack):
        answer(dispute(pack), make_actor(make_person(Role.REVIEWER)), outcome="rejected")
        open_one = dispute(cast.graded())
        client = as_(make_person(Role.REVIEWER))

        shown = client.get(reverse("disputes"), {"state": "open"}).text
        exported = b"".join(client.get(reverse("disputes"), {"export": "csv"}).streaming_content).decode()

        assert open_one.pack.serial in shown and pack.serial not in shown
        assert "We measure again." in exported and pack.serial in exported

    def test_asks_as_often_for_many_as_for_few(self, pack):
        dispute(pack)
        client, counts = as_(make_person(Role.REVIEWER)), []
        page(client, "disputes")
        for _ in range(2):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page(client, "disputes")
            counts.append(len(queries))
            for _ in range(4):
                dispute(cast.graded())

        assert counts[0] == counts[1]
