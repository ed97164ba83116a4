import csv
import io

import pytest
from django.urls import reverse

from intake.services import manifests
from rebattery.accounts.roles import Role
from tests.factories import AT, make_actor, make_person, make_supplier, manifest_csv

HOSTILE = "=cmd|' /C calc'!A0"


@pytest.fixture
def supplier(db):
    return make_supplier()


@pytest.fixture
def owner(client, supplier):
    person = make_person(Role.SUPPLIER, supplier=supplier)
    client.force_login(person)
    return person


def accept(supplier, content=None, name="packs.csv"):
    content = manifest_csv("RB-0001") if content is None else content
    return manifests.accept(supplier=supplier, file_name=name, content=content, actor=make_actor(), at=AT)


def settled(supplier, content=None):
    manifest = accept(supplier, content)
    return manifests.run(manifest_id=manifest.pk, actor=make_actor(), at=AT)


def refused(supplier):
    return settled(supplier, manifest_csv("RB-0001", "RB-0002", "RB-0002", Accident=HOSTILE))


def page_of(client, manifest, **query):
    return client.get(reverse("manifest", args=[manifest.pk]), query).content.decode()


class TestManifest:
    @pytest.mark.rule(5)
    @pytest.mark.parametrize("name", ["manifest", "manifest_progress", "manifest_file"])
    def test_is_not_there_for_another_supplier(self, client, supplier, name):
        manifest = accept(supplier)
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(reverse(name, args=[manifest.pk])).status_code == 404

    def test_polls_while_it_waits(self, client, supplier, owner):
        manifest = accept(supplier)

        page = page_of(client, manifest)

        assert f'hx-get="{reverse("manifest_progress", args=[manifest.pk])}"' in page
        assert "Waiting for a worker" in page
        assert "Refresh" in page

    @pytest.mark.rule(7)
    def test_shows_every_problem_with_its_place_and_cure(self, client, supplier, owner):
        page = page_of(client, refused(supplier))

        assert "4 things are wrong in it. Nothing was imported." in page
        assert page.count("“Accident” is neither yes nor no.") == 4
        assert "Write yes or no." in page
        assert "The serial repeats row 3." in page

    def test_narrows_to_one_rule(self, client, supplier, owner):
        page = page_of(client, refused(supplier), rule="serial_repeated")

        assert "The serial repeats row 3." in page
        assert page.count("“Accident” is neither yes nor no.") == 1

    @pytest.mark.rule(25)
    def test_exports_problems_without_formulas(self, client, supplier, owner):
        manifest = refused(supplier)

        response = client.get(reverse("manifest", args=[manifest.pk]), {"export": "csv"})

        rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
        assert [row["Row"] for row in rows] == ["2", "3", "4", "4"]
        assert rows[0]["Value in the file"] == f"'{HOSTILE}"

    def test_leads_to_the_batch_when_imported(self, client, supplier, owner):
        manifest = settled(supplier)

        assert reverse("batch", args=[manifest.batch.pk]) in page_of(client, manifest)

    def test_asks_the_same_queries_for_any_number_of_problems(
        self, client, supplier, owner, django_assert_num_queries
    ):
        few = settled(supplier, manifest_csv("RB-0001", Accident=""))
        many = settled(supplier, manifest_csv(*(f"RB-{n:04}" for n in range(300)), Accident=""))
        page_of(client, few)

        with django_assert_num_queries(6) as counted:
            page_of(client, few)
        with django_assert_num_queries(len(counted)):
            page_of(client, many)


class TestManifestProgress:
    def test_answers_with_the_block_alone(self, client, supplier, owner):
        response = client.get(reverse("manifest_progress", args=[accept(supplier).pk]))

        assert "<html" not in response.content.decode()
        assert "HX-Refresh" not in response

    def test_has_the_page_loaded_again_once_settled(self, client, supplier, owner):
        response = client.get(reverse("manifest_progress", args=[settled(supplier).pk]))

        assert response["HX-Refresh"] == "true"
        assert "hx-get" not in response.content.decode()


class TestManifestFile:
    def test_gives_the_original_bytes_as_a_download(self, client, supplier, owner):
        manifest = accept(supplier, b"<html>,not,ours", name='odd "name".csv')

        response = client.get(reverse("manifest_file", args=[manifest.pk]))

        assert b"".join(response) == b"<html>,not,ours"
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"


class TestManifestAgain:
    def test_refuses_who_may_not_send(self, client, supplier):
        manifest = refused(supplier)
        client.force_login(make_person(Role.WAREHOUSE))

        assert client.post(reverse("manifest_again", args=[manifest.pk])).status_code == 403

    def test_queues_it(self, client, supplier, owner):
        manifest = refused(supplier)

        response = client.post(reverse("manifest_again", args=[manifest.pk]))

        manifest.refresh_from_db()
        assert response.url == reverse("manifest", args=[manifest.pk])
        assert manifest.state == "queued"

    def test_says_why_not(self, client, supplier, owner):
        manifest = settled(supplier)

        response = client.post(reverse("manifest_again", args=[manifest.pk]), follow=True)

        assert "there is nothing to read again" in response.content.decode()
