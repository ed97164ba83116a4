"""Tester files over the API: sent once by their bytes, followed, read with what was derived."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rebattery.accounts.roles import Capability, Role
from tests.factories import balance
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import make_ready, send
from tests.programs import Program

pytestmark = pytest.mark.django_db
LIST = "/api/v1/tester-files/"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


def program(role=Role.WAREHOUSE, scope=Capability.RECORD_TESTS) -> Client:
    return Program(role, scope).client


def sent(name="RB-0001.csv", content=None):
    return {"file": SimpleUploadedFile(name, full_test() if content is None else content)}


class TestWrongPerson:
    def test_a_supplier_is_kept_out(self):
        file = send()
        supplier = program(Role.SUPPLIER, Capability.VIEW_PACKS)

        for address in (LIST, f"{LIST}{file.pk}/", f"{LIST}{file.pk}/file/"):
            assert supplier.get(address).status_code == 403
        assert supplier.post(LIST, sent()).status_code == 403

    def test_an_auditor_reads_them_and_sends_none(self):
        file = send()
        auditor = program(Role.AUDITOR, Capability.VIEW_INTERNAL)

        for address in (LIST, f"{LIST}{file.pk}/", f"{LIST}{file.pk}/file/"):
            assert auditor.get(address).status_code == 200
        assert auditor.post(LIST, sent()).status_code == 403

    def test_a_token_that_only_reads_sends_none(self):
        assert program(scope=Capability.VIEW_INTERNAL).post(LIST, sent()).status_code == 403

    def test_a_token_needs_the_scope(self):
        assert program(scope=Capability.VIEW_PACKS).get(LIST).status_code == 403

    def test_nobody_without_a_token(self):
        assert Client().get(LIST).status_code == 401


class TestTesterFileList:
    def test_takes_a_file_and_says_where_to_ask(self):
        response = program().post(LIST, sent())

        body = response.json()
        assert (response.status_code, body["state"], body["source"]) == (202, "queued", "api")
        assert body["progress"] == reverse("api_tester_file", args=[body["id"]])
        balance()

    def test_the_same_bytes_are_the_same_file(self):
        client = program()
        first = client.post(LIST, sent())

        again = client.post(LIST, sent("other name.csv"))

        assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])

    def test_refuses_something_else_with_its_code(self):
        response = program().post(LIST, sent("a.pdf", b"%PDF-1.7"))

        assert (response.status_code, response.json()["code"]) == (409, "no_tester_file")

    def test_filters_by_state(self):
        file = make_ready()
        client = program()

        assert [row["id"] for row in client.get(LIST, {"state": "ready"}).json()["results"]] == [file.pk]
        assert client.get(LIST, {"state": "inbox"}).json()["results"] == []
        assert client.get(LIST, {"state": "lost"}).status_code == 422


class TestTesterFileDetail:
    def test_gives_state_and_what_was_derived(self):
        file = make_ready()

        body = program().get(f"{LIST}{file.pk}/").json()

        [test] = body["tests"]
        assert (body["state"], body["pack"]) == ("ready", "RB-0001")
        assert test["capacity_ah"] == pytest.approx(97.8246, abs=1e-3)
        assert test["pulses"][0]["r_mohm"]["10"] == pytest.approx(63.2)
        assert test["parameters"]["rated_capacity_ah"] == 115.0

    def test_hands_out_the_bytes_as_they_came(self):
        file = send()

        response = program().get(f"{LIST}{file.pk}/file/")

        assert b"".join(response.streaming_content) == full_test()
