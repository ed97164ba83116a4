"""The pages of procedures."""

import copy
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.domain.procedure import SHIPPED, parse_procedure, shipped_document
from grading.models import ProcedureVersion
from grading.services.procedures import publish, retire
from grading.web.procedure_forms import VersionForm
from tests.factories import AT, balance, make_actor, make_person

pytestmark = pytest.mark.django_db
PAGES = ["procedures", "procedure", "procedure_export"]
FORMS = ["procedure_next", "procedure_import", "procedure_retire"]


@pytest.fixture
def version():
    return publish(document=shipped_document("iso12405-capacity"), actor=make_actor(), at=AT)


def address(name, version):
    return reverse(name, args=() if name in ("procedures", "procedure_import") else (version.pk,))


def fields_of(document):
    """Return what the form of a new version of ``document`` posts when nothing is touched."""
    form = VersionForm(document)
    posted = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value is None else value for name, value in posted.items()}


class TestAccess:
    @pytest.mark.parametrize("name", PAGES + FORMS)
    def test_a_supplier_is_refused(self, client, version, name):
        client.force_login(make_person("supplier"))

        assert client.get(address(name, version)).status_code == 403

    @pytest.mark.parametrize("name", FORMS)
    @pytest.mark.parametrize("role", ["warehouse", "auditor"])
    def test_only_administrators_and_reviewers_change(self, client, version, name, role):
        client.force_login(make_person(role))

        assert client.post(address(name, version), {"reason": "Because"}).status_code == 403
        version.refresh_from_db()
        assert version.retired_at is None

    @pytest.mark.parametrize("name", PAGES)
    @pytest.mark.parametrize("role", ["warehouse", "auditor", "reviewer", "administrator"])
    def test_all_staff_read(self, client, version, name, role):
        client.force_login(make_person(role))

        assert client.get(address(name, version)).status_code == 200

    @pytest.mark.parametrize("name", [*PAGES[1:], "procedure_next"])
    def test_an_unknown_one_is_not_found(self, client, name):
        client.force_login(make_person("administrator"))

        assert client.get(reverse(name, args=[0])).status_code == 404


class TestProcedures:
    def test_says_what_to_do_when_there_is_none(self, client):
        client.force_login(make_person("reviewer"))

        assert "publish_procedure --shipped" in client.get(reverse("procedures")).text

    def test_filters_what_is_in_use(self, client, version):
        publish(document=shipped_document("iso12405-capacity") | {"version": 2}, actor=make_actor(), at=AT)
        client.force_login(make_person("auditor"))

        page = client.get(reverse("procedures"), {"state": "in_use"}).text

        assert reverse("procedure", args=[version.pk]) not in page
        assert "iso12405-capacity" in page
        assert "iso12405" in b"".join(client.get(reverse("procedures") + "?export=csv")).decode()

    def test_asks_the_database_as_often_for_many_as_for_one(self, client, version, django_assert_num_queries):
        client.force_login(make_person("auditor"))
        client.get(reverse("procedures"))
        with CaptureQueriesContext(connection) as for_one:
            client.get(reverse("procedures"))
        for number in range(2, 12):
            document = shipped_document("iso12405-capacity") | {"version": number}
            publish(document=document, actor=make_actor(), at=AT)

        with django_assert_num_queries(len(for_one)):
            client.get(reverse("procedures"))


class TestProcedure:
    def test_reads_in_words_with_its_sources(self, client, version):
        client.force_login(make_person("auditor"))

        page = client.get(reverse("procedure", args=[version.pk])).text

        for text in (
            "0.3333 C",
            "23 to 27 °C",
            "by pack type",
            "Recalled, not checked",
            "not known",
            version.sha256,
        ):
            assert text in page
        assert "New version" not in page

    def test_shows_what_a_version_changed(self, client, version):
        document = copy.deepcopy(version.document) | {"version": 2}
        document["uncertainty"]["repeatability_percent"] = "0.4"
        document["sources"] = document["sources"][:1]
        second = publish(document=document, actor=make_actor(), at=AT)
        client.force_login(make_person("auditor"))

        page = client.get(reverse("procedure", args=[second.pk])).text

        assert "What this version changed" in page
        assert "Standard deviation of one result" in page and "0.4 %" in page

    def test_exports_the_document_as_it_is(self, client, version):
        client.force_login(make_person("auditor"))

        response = client.get(reverse("procedure_export", args=[version.pk]))

        assert json.loads(response.content) == version.document
        assert 'filename="iso12405-capacity-v1.json"' in response["Content-Disposition"]


class TestVersionForm:
    @pytest.mark.parametrize("code", SHIPPED)
    def test_gives_the_document_back_when_nothing_is_touched(self, code):
        document = shipped_document(code)
        form = VersionForm(document, fields_of(document))

        assert form.is_valid(), form.errors
        assert parse_procedure(form.written(lambda _: 1)).document == document


class TestForms:
    @pytest.fixture(autouse=True)
    def reviewer(self, client):
        client.force_login(make_person("reviewer"))

    def test_publishes_the_next_version(self, client, version):
        fields = fields_of(version.document) | {"uncertainty__repeatability_percent": "0,35"}

        page = client.post(reverse("procedure_next", args=[version.pk]), fields, follow=True).text

        second = ProcedureVersion.objects.get(version=2)
        assert second.document["uncertainty"]["repeatability_percent"] == "0.35"
        assert "v2 published." in page
        balance()

    def test_another_code_begins_at_one(self, client, version):
        fields = fields_of(version.document) | {"code": "our-capacity"}

        client.post(reverse("procedure_next", args=[version.pk]), fields)

        assert ProcedureVersion.objects.get(code="our-capacity").version == 1

    def test_shows_each_fault_at_its_field(self, client, version):
        fields = fields_of(version.document) | {
            "temperature_degc__grading__low": "10",
            "capacity__agreement_percent": "",
            "sources": "somebody said so",
        }

        page = client.post(reverse("procedure_next", args=[version.pk]), fields).text

        assert "must begin with confirmed: or recalled:" in page
        page = client.post(
            reverse("procedure_next", args=[version.pk]), fields | {"sources": "confirmed: measured here"}
        ).text
        assert "is missing; several cycles must agree within something" in page
        assert "what grades must lie inside what is accepted" in page
        assert ProcedureVersion.objects.count() == 1

    def test_imports_a_file_once(self, client, version):
        document = json.dumps(shipped_document("hppc-pulses")).encode()

        for said in ("published.", "is already here, unchanged."):
            file = SimpleUploadedFile("hppc.json", document)
            page = client.post(reverse("procedure_import"), {"file": file}, follow=True).text
            assert said in page

        assert ProcedureVersion.objects.filter(code="hppc-pulses").count() == 1

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"{", "This is no JSON file."),
            (b"[]", "This file holds no procedure."),
            (b"{}", "procedure: code is missing"),
            (b"\xff\xfe", "This is no JSON file."),
            (b"[" * 100_000, "This is no JSON file."),
            (b" " * 200_001, "too large"),
        ],
    )
    def test_says_what_is_wrong_with_a_file(self, client, content, said):
        page = client.post(reverse("procedure_import"), {"file": SimpleUploadedFile("x.json", content)}).text

        assert said in page

    def test_retires_with_a_reason(self, client, version):
        address = reverse("procedure_retire", args=[version.pk])

        assert "This field is required" in client.post(address, {"reason": " "}).text
        page = client.post(address, {"reason": "Replaced by our own"}, follow=True).text

        assert "retired." in page and "Replaced by our own" in page
        balance()

    def test_a_retired_one_says_so(self, client, version):
        retire(procedure_id=version.pk, reason="Old", actor=make_actor(), at=AT + timedelta(days=1))

        address = reverse("procedure_retire", args=[version.pk])
        page = client.post(address, {"reason": "Again"}, follow=True).text

        assert "This version is retired already." in page
