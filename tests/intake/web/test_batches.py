import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.services import manifests
from intake.services.arrivals import expect_batch
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

    def test_shows_the_expected_day_as_all_pages_do_and_exports_it_plain(self, client, db):
        sign_in(client)
        expect_batch(batch_id=make_batch().pk, expected_on=date(2026, 11, 25), actor=make_actor(), at=AT)

        assert '<td class="">25 Nov 2026</td>' in client.get(reverse("batches")).content.decode()
        exported = client.get(reverse("batches"), {"export": "csv"})
        assert b'"2026-11-25"' in b"".join(exported.streaming_content)

    def test_tells_what_happened_newest_first(self, client, db):
        sign_in(client)
        batch = make_batch()
        expect_batch(batch_id=batch.pk, expected_on=date(2026, 11, 25), actor=make_actor(), at=AT)

        page = client.get(reverse("batch", args=[batch.pk])).content.decode()

        assert page.index("is expected on 25 Nov 2026.") < page.index("was announced with")

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

        with django_assert_num_queries(18) as counted:
            client.get(reverse("batch", args=[small.pk]))
        with django_assert_num_queries(len(counted)):
            client.get(reverse("batch", args=[large.pk]))
