import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.models import Batch, Intent, Manifest
from rebattery.accounts.roles import Role
from tests.factories import make_person, make_supplier, manifest_csv
from tests.intake import drafting


def sign_in(client, role=Role.SUPPLIER, **who):
    person = make_person(role, **who)
    client.force_login(person)
    return person


def file_of(content=None, name="packs.csv"):
    return SimpleUploadedFile(name, content or manifest_csv("RB-0001"))


def upload(client, *files, headers=None, **fields):
    return client.post(
        reverse("batch_upload"), {"file": list(files or [file_of()]), **fields}, headers=headers or {}
    )


class TestBatchUpload:
    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.REVIEWER, Role.AUDITOR])
    def test_refuses_who_may_not_send(self, client, db, role):
        sign_in(client, role)

        assert upload(client).status_code == 403
        assert not Manifest.objects.exists()

    @pytest.mark.rule(6)
    def test_takes_the_supplier_from_the_session(self, client, db):
        person, other = sign_in(client), make_supplier()

        response = upload(client, supplier=other.pk)

        manifest = Manifest.objects.get()
        assert (manifest.supplier, manifest.intent) == (person.supplier, Intent.CHECK)
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

    def test_takes_several_files_each_by_itself(self, client, db, settings):
        settings.UPLOAD_LIMIT_BYTES = 1000
        sign_in(client)

        response = upload(
            client,
            file_of(name="one.csv"),
            file_of(manifest_csv("RB-0002")),
            file_of(b"x" * 1001, "huge.csv"),
        )

        assert response.url == reverse("batch_upload")
        assert Manifest.objects.count() == 2
        page = client.get(response.url).content.decode()
        assert "huge.csv: " in page and "2 files are being read." in page
        assert "one.csv" in page

    @pytest.mark.rule(9)
    def test_sends_a_repeat_to_the_batch_that_became_of_it(self, client, db):
        person = sign_in(client)
        content = manifest_csv("RB-0001")
        batch = drafting.read(drafting.take(person.supplier, content, intent=Intent.ANNOUNCE_ALL)).batch

        response = upload(client, file_of(content))

        assert response.url == reverse("manifest", args=[batch.manifest_id])
        assert "it is a batch already" in client.get(response.url).content.decode()
        assert Batch.objects.count() == 1

    @pytest.mark.rule(9)
    def test_sends_a_repeat_to_its_draft_as_it_was_left(self, client, db):
        draft = drafting.make_draft(sign_in(client).supplier)

        response = upload(client, file_of(drafting.bytes_of(draft), "again.xlsx"))

        assert response.url == reverse("manifest", args=[draft.pk])
        assert "here is its draft as you left it" in client.get(response.url).content.decode()

    def test_shows_a_refusal_on_the_form(self, client, db, settings):
        settings.UPLOAD_LIMIT_BYTES = 10
        sign_in(client)

        assert "larger than" in upload(client).content.decode()

    def test_states_columns_and_limits_before(self, client, db):
        sign_in(client)

        page = client.get(reverse("batch_upload")).content.decode()

        assert "200,000 rows" in page and "Damaged, defective or recalled" in page
        assert "multiple" in page


class TestBatchUploadByScript:
    def test_answers_with_the_address_of_the_file(self, client, db):
        sign_in(client)

        answer = upload(client, headers={"X-Upload": "several"}).json()

        assert answer == {"text": "", "url": reverse("manifest", args=[Manifest.objects.get().pk])}

    def test_answers_with_the_refusal(self, client, db, settings):
        settings.UPLOAD_LIMIT_BYTES = 10
        sign_in(client)

        response = upload(client, headers={"X-Upload": "one"})

        assert response.status_code == 422
        assert "larger than" in response.json()["text"]

    def test_answers_with_what_the_form_misses(self, client, db):
        sign_in(client, Role.ADMINISTRATOR)

        response = upload(client, headers={"X-Upload": "one"})

        assert (response.status_code, response.json()) == (422, {"text": "This field is required."})


class TestUploadList:
    def test_refuses_who_may_not_send(self, client, db):
        sign_in(client, Role.WAREHOUSE)

        assert client.get(reverse("upload_list")).status_code == 403

    @pytest.mark.rule(5)
    def test_shows_a_supplier_only_its_own(self, client, db):
        drafting.take(make_supplier(), manifest_csv("RB-0001"), "secret.csv")
        drafting.take(sign_in(client).supplier, manifest_csv("RB-0002"), "own.csv")

        page = client.get(reverse("upload_list")).content.decode()

        assert "own.csv" in page and "secret.csv" not in page

    def test_asks_again_only_while_something_waits(self, client, db):
        person = sign_in(client)
        waiting = drafting.take(person.supplier, drafting.german_workbook(), "own.xlsx")
        assert "every " in client.get(reverse("upload_list")).content.decode()
        drafting.read(waiting)

        page = client.get(reverse("upload_list")).content.decode()

        assert "every " not in page
        assert "Answer 1 question" in page

    def test_asks_the_same_queries_for_any_number(self, client, db, django_assert_num_queries):
        person = sign_in(client)
        for number in range(6):
            drafting.take(person.supplier, manifest_csv(f"RB-{number:04}"), f"{number}.csv")

        client.get(reverse("upload_list"))

        with django_assert_num_queries(3):
            client.get(reverse("upload_list"))
