import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.models import Batch, Manifest
from intake.services import manifests
from rebattery.accounts.roles import Role
from tests.factories import AT, make_actor, make_batch, make_person, make_supplier, manifest_csv


def sign_in(client, role=Role.WAREHOUSE, **who):
    person = make_person(role, **who)
    client.force_login(person)
    return person


def imported(supplier, *serials):
    manifest = manifests.accept(
        supplier=supplier, file_name="packs.csv", content=manifest_csv(*serials), actor=make_actor(), at=AT
    )
    return manifests.run(manifest_id=manifest.pk, actor=make_actor(), at=AT).batch


def upload(client, content=b"", **fields):
    file = SimpleUploadedFile("packs.csv", content or manifest_csv("RB-0001"))
    return client.post(reverse("batch_upload"), {"file": file, **fields})


class TestBatches:
    def test_shows_a_supplier_only_its_own(self, client, db):
        person = sign_in(client, Role.SUPPLIER)
        own, other = make_batch(person.supplier), make_batch()

        page = client.get(reverse("batches")).content.decode()

        assert own.number in page
        assert other.number not in page
        assert other.supplier.name not in page

    def test_shows_files_that_are_not_a_batch_yet(self, client, db):
        person = sign_in(client, Role.SUPPLIER)
        upload(client)

        page = client.get(reverse("batches")).content.decode()

        assert "packs.csv" in page and "Waiting" in page
        assert person.supplier.manifests.count() == 1

    def test_exports_what_the_filters_leave(self, client, db):
        sign_in(client)
        kept, left_out = make_batch(packs=3), make_batch()

        response = client.get(reverse("batches"), {"q": kept.number, "export": "csv"})

        rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
        assert rows[0][:3] == ["Batch", "Supplier", "Announced"]
        assert [row[0] for row in rows[1:]] == [kept.number]
        assert left_out.number not in str(rows)

    def test_asks_the_same_queries_for_any_number_of_rows(self, client, db, django_assert_num_queries):
        sign_in(client)
        make_batch()
        client.get(reverse("batches"))
        with django_assert_num_queries(4) as counted:
            client.get(reverse("batches"))
        for _ in range(12):
            make_batch(packs=2)

        with django_assert_num_queries(len(counted)):
            client.get(reverse("batches"))


class TestBatchUpload:
    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.REVIEWER, Role.AUDITOR])
    def test_refuses_who_may_not_send(self, client, db, role):
        sign_in(client, role)

        assert upload(client).status_code == 403
        assert not Manifest.objects.exists()

    @pytest.mark.rule(6)
    def test_takes_the_supplier_from_the_session(self, client, db):
        person, other = sign_in(client, Role.SUPPLIER), make_supplier()

        response = upload(client, supplier=other.pk)

        manifest = Manifest.objects.get()
        assert manifest.supplier == person.supplier
        assert response.url == reverse("manifest", args=[manifest.pk])

    def test_lets_an_administrator_send_for_a_supplier(self, client, db):
        sign_in(client, Role.ADMINISTRATOR, name="Ada")
        supplier = make_supplier()

        upload(client, supplier=supplier.pk)

        manifest = Manifest.objects.get()
        assert (manifest.supplier, manifest.received_by) == (supplier, "Ada")

    def test_asks_an_administrator_for_the_supplier(self, client, db):
        sign_in(client, Role.ADMINISTRATOR)

        response = upload(client)

        assert "This field is required." in response.content.decode()
        assert not Manifest.objects.exists()

    @pytest.mark.rule(9)
    def test_sends_a_repeat_to_what_became_of_it(self, client, db):
        person = sign_in(client, Role.SUPPLIER)
        batch = imported(person.supplier, "RB-0001")

        response = upload(client, manifest_csv("RB-0001"))

        assert response.url == reverse("manifest", args=[batch.manifest_id])
        assert Batch.objects.count() == 1

    def test_shows_a_refusal_on_the_form(self, client, db, settings):
        settings.UPLOAD_LIMIT_BYTES = 10
        sign_in(client, Role.SUPPLIER)

        assert "larger than" in upload(client).content.decode()

    def test_explains_columns_and_limits(self, client, db):
        sign_in(client, Role.SUPPLIER)

        page = client.get(reverse("batch_upload")).content.decode()

        assert "200,000 rows" in page and "Damaged, defective or recalled" in page


class TestBatch:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, db):
        batch = make_batch()
        sign_in(client, Role.SUPPLIER)

        assert client.get(reverse("batch", args=[batch.pk])).status_code == 404

    def test_shows_counts_totals_and_the_file(self, client, db):
        batch = imported(make_supplier(), "RB-0001", "RB-0002")
        sign_in(client)

        page = client.get(reverse("batch", args=[batch.pk])).content.decode()

        assert "80.0" in page and "78.5" in page
        assert 'href="?status=announced#packs"' in page
        assert batch.manifest.stored_file.sha256 in page
        assert "RB-0001" in page and "RB-0002" in page

    def test_tells_a_supplier_nothing_of_our_people(self, client, db):
        person = sign_in(client, Role.SUPPLIER)
        manifest = manifests.accept(
            supplier=person.supplier,
            file_name="packs.csv",
            content=manifest_csv("RB-0001"),
            actor=make_actor(make_person("administrator", name="Ada Internal")),
            at=AT,
        )
        batch = manifests.run(manifest_id=manifest.pk, actor=make_actor(), at=AT).batch

        for address in (reverse("batch", args=[batch.pk]), reverse("manifest", args=[manifest.pk])):
            page = client.get(address).content.decode()
            assert "Ada Internal" not in page
        assert (
            f"became batch {batch.number} with 1 pack"
            in client.get(reverse("batch", args=[batch.pk])).content.decode()
        )

    def test_filters_its_packs(self, client, db):
        batch = make_batch(packs=[{"serial": "RB-AAAA"}, {"serial": "RB-BBBB", "chemistry": "LFP"}])
        sign_in(client)

        page = client.get(reverse("batch", args=[batch.pk]), {"chemistry": "LFP"}).content.decode()

        assert "RB-BBBB" in page and "RB-AAAA" not in page

    def test_asks_the_same_queries_for_any_number_of_packs(self, client, db, django_assert_num_queries):
        sign_in(client)
        small, large = make_batch(packs=1), make_batch(packs=45)
        client.get(reverse("batch", args=[small.pk]))

        with django_assert_num_queries(11) as counted:
            client.get(reverse("batch", args=[small.pk]))
        with django_assert_num_queries(len(counted)):
            client.get(reverse("batch", args=[large.pk]))
