import csv
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.models import Manifest, Pack
from intake.services.receiving import receive_many
from intake.services.withdrawing import withdraw_batch
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.factories import AT, make_batch, make_person, manifest_csv
from tests.intake.services.manifests.acts import draft, imported, read, submitted

CORRECTED = manifest_csv("RB-0001", "RB-0002", "RB-0009", **{"SOH (%)": "70"})


@pytest.fixture
def owner(client, db):
    person = make_person(Role.SUPPLIER)
    client.force_login(person)
    return person


@pytest.fixture
def batch(owner):
    return imported(owner.supplier, manifest_csv("RB-0001", "RB-0002", "RB-0003"))


def send(client, batch, content=CORRECTED, name="second.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("batch_corrected", args=[batch.pk]), {"file": file})


def difference(client, manifest):
    return client.get(reverse("manifest_difference", args=[manifest.pk])).content.decode()


class TestBatchCorrected:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, batch):
        client.force_login(make_person(Role.SUPPLIER))

        assert send(client, batch).status_code == 404
        assert not Manifest.objects.filter(replaces=batch).exists()

    def test_is_not_for_the_warehouse(self, client, batch):
        client.force_login(make_person(Role.WAREHOUSE))

        assert send(client, batch).status_code == 403

    def test_takes_the_file_for_checking(self, client, batch):
        response = send(client, batch)

        manifest = Manifest.objects.get(replaces=batch)
        assert response.url == reverse("manifest", args=[manifest.pk])
        assert manifest.intent == "check"

    def test_leads_to_the_file_that_was_sent_before(self, client, batch):
        response = send(client, batch, manifest_csv("RB-0001", "RB-0002", "RB-0003"))

        assert response.url == reverse("manifest", args=[batch.manifest_id])
        shown = client.get(response.url).content.decode()
        assert f"This very file made batch {batch.number} on 20 Nov 2026" in shown
        assert "Change something in it to send it as a new correction" in shown

    def test_says_that_a_correction_was_applied_before(self, client, batch):
        submitted(draft(batch.supplier, CORRECTED, replaces=batch), "announce_all")

        shown = client.get(send(client, batch).url).content.decode()

        assert f"This very file was applied to batch {batch.number} on 20 Nov 2026" in shown

    def test_leads_to_the_draft_that_waits(self, client, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)

        response = send(client, batch)

        assert response.url == reverse("manifest", args=[manifest.pk])
        assert "Here it waits" in client.get(response.url).content.decode()

    def test_takes_none_for_a_cancelled_batch(self, client, batch):
        withdraw_batch(batch_id=batch.pk, reason="Sold.", actor=SYSTEM, at=AT)

        page = client.get(reverse("batch_corrected", args=[batch.pk])).content.decode()

        assert "takes no correction any more" in page

    def test_lets_an_administrator_send_it_for_the_supplier(self, client, batch):
        client.force_login(make_person(Role.ADMINISTRATOR))

        send(client, batch)

        assert Manifest.objects.get(replaces=batch).supplier == batch.supplier


class TestManifestDifference:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(reverse("manifest_difference", args=[manifest.pk])).status_code == 404

    def test_shows_each_change_before_it_is_made(self, client, batch):
        receive_many(batch_id=batch.pk, serials=["RB-0002"], actor=SYSTEM, at=AT)
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)

        page = difference(client, manifest)

        assert "Declared SOH (%): <del>78.5</del> → <ins>70</ins>" in page
        for said in ("Added", "RB-0009", "No longer listed", "RB-0003", "Already here"):
            assert said in page
        assert f"Apply to batch {batch.number}: 1 changed, 1 added, 1 withdrawn" in page
        assert Pack.objects.filter(batch=batch).count() == 3

    def test_is_where_the_draft_leads(self, client, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)

        page = client.get(reverse("manifest", args=[manifest.pk]), {"stage": "check"}).content.decode()

        assert reverse("manifest_difference", args=[manifest.pk]) in page
        assert "Expected arrival <span" not in page

    def test_is_applied_by_its_button(self, client, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)

        client.post(reverse("manifest_announce", args=[manifest.pk]), {"intent": "announce_all"})
        read(manifest)

        statuses = dict(Pack.objects.filter(batch=batch).values_list("serial", "status"))
        assert statuses["RB-0003"] == "withdrawn" and statuses["RB-0009"] == "announced"
        page = client.get(reverse("batch", args=[batch.pk])).content.decode()
        assert "Corrected file" in page and page.count(">packs.csv<") == 2
        assert "1 pack added, 2 changed, 1 withdrawn" in page
        done = client.get(reverse("manifest", args=[manifest.pk])).content.decode()
        assert f"Open batch {batch.number}" in done
        assert f"Batch {batch.number} was corrected" in done and "<h2>Announced" not in done
        counts = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", done)
        assert counts[:5] == [
            ("Added", "1"),
            ("Changed", "2"),
            ("Withdrawn", "1"),
            ("Left alone (already here)", "0"),
            ("Unchanged", "0"),
        ]

    def test_is_applied_as_it_was_shown_or_not_at_all(self, client, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)
        [digest] = re.findall(r'name="difference" value="(\w{64})"', difference(client, manifest))
        receive_many(batch_id=batch.pk, serials=["RB-0003"], actor=SYSTEM, at=AT)
        events = Event.objects.count()

        sent = {"intent": "announce_all", "difference": digest}
        response = client.post(reverse("manifest_announce", args=[manifest.pk]), sent, follow=True)

        assert response.redirect_chain[-1][0] == reverse("manifest_difference", args=[manifest.pk])
        page = response.content.decode()
        assert "The batch has changed since: look again" in page
        assert f"Apply to batch {batch.number}: 2 changed, 1 added, 0 withdrawn" in page
        assert Event.objects.count() == events

    def test_shows_the_new_difference_when_the_batch_changed_on_the_way(self, client, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)
        [digest] = re.findall(r'name="difference" value="(\w{64})"', difference(client, manifest))
        sent = {"intent": "announce_all", "difference": digest}
        client.post(reverse("manifest_announce", args=[manifest.pk]), sent)
        receive_many(batch_id=batch.pk, serials=["RB-0003"], actor=SYSTEM, at=AT)
        read(manifest)

        assert "Nothing was applied" in difference(client, manifest)
        page = client.get(reverse("manifest", args=[manifest.pk])).content.decode()
        assert "has changed since" in page and reverse("manifest_difference", args=[manifest.pk]) in page

    def test_leaves_no_row_number_with_two_packs(self, client, batch):
        receive_many(batch_id=batch.pk, serials=["RB-0001"], actor=SYSTEM, at=AT)
        submitted(draft(batch.supplier, CORRECTED, replaces=batch), "announce_all")
        receive_many(batch_id=batch.pk, serials=["RB-0002"], actor=SYSTEM, at=AT)

        page = client.get(reverse("batch", args=[batch.pk])).content.decode()
        assert page.count("4 (earlier file)") == 1
        for url, column in (("batch", "Row in file"), ("batch_results", "Row in file")):
            sent = client.get(reverse(url, args=[batch.pk]), {"export": "csv"})
            lines = csv.DictReader(b"".join(sent).decode("utf-8-sig").splitlines())
            assert {line["Serial"]: line[column] for line in lines} == {
                "RB-0001": "2 (earlier file)",
                "RB-0002": "3",
                "RB-0003": "4 (earlier file)",
                "RB-0009": "4",
            }

    def test_says_what_is_still_wrong(self, client, batch):
        content = manifest_csv("RB-0001", "RB-0002", **{"SOH (%)": "182"})

        page = difference(client, draft(batch.supplier, content, replaces=batch))

        assert "2 things in the corrected file are still to be mended" in page and "Apply to" not in page

    def test_leads_back_from_a_file_that_corrects_nothing(self, client, owner):
        manifest = draft(owner.supplier)

        response = client.get(reverse("manifest_difference", args=[manifest.pk]))

        assert response.url == reverse("manifest", args=[manifest.pk])

    def test_waits_on_the_page_of_the_batch(self, client, batch):
        draft(batch.supplier, CORRECTED, replaces=batch, name="second.csv")

        page = client.get(reverse("batch", args=[batch.pk])).content.decode()

        assert "Corrected files that wait" in page and "second.csv" in page

    def test_is_the_batchs_own_business(self, client, owner):
        assert (
            "Corrected files"
            not in client.get(reverse("batch", args=[make_batch(owner.supplier).pk])).content.decode()
        )
