import io

import pytest

from intake.models import Manifest
from intake.services.receiving import receive_many
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.factories import AT, manifest_csv
from tests.intake.services.manifests.acts import draft, imported, read
from tests.programs import API, Program

CORRECTED = manifest_csv("RB-0001", "RB-0009", **{"SOH (%)": "70"})


@pytest.fixture
def program(db):
    return Program(Role.SUPPLIER)


@pytest.fixture
def batch(program):
    return imported(program.person.supplier, manifest_csv("RB-0001", "RB-0002"))


def send(program, batch):
    file = io.BytesIO(CORRECTED)
    file.name = "second.csv"
    return program.client.post(f"{API}batches/{batch.pk}/corrected/", {"file": file})


class TestBatchCorrected:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, batch):
        assert send(Program(Role.SUPPLIER), batch).status_code == 404

    def test_applies_nothing_when_the_difference_is_another_by_now(self, program, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)
        digest = program.get(f"manifests/{manifest.pk}/difference/").json()["digest"]
        receive_many(batch_id=batch.pk, serials=["RB-0002"], actor=SYSTEM, at=AT)
        sent = {"intent": "announce_all", "difference": digest}

        refused = program.post(f"manifests/{manifest.pk}/submission/", sent)

        assert refused.status_code >= 400 and refused.json()["code"] == "difference_changed"
        sent["difference"] = program.get(f"manifests/{manifest.pk}/difference/").json()["digest"]
        assert program.post(f"manifests/{manifest.pk}/submission/", sent).status_code == 202

    def test_takes_difference_and_submission_in_turn(self, program, batch):
        response = send(program, batch)
        assert response.status_code == 202
        manifest = Manifest.objects.get(pk=response.json()["id"])
        assert read(manifest).state == "draft"

        told = program.get(f"manifests/{manifest.pk}/difference/").json()
        assert told["batch_id"] == batch.pk
        assert (told["counts"]["changed"], told["counts"]["added"], told["counts"]["withdrawn"]) == (1, 1, 1)
        [changed] = told["changed"]
        assert changed["serial"] == "RB-0001" and changed["row"] == 2
        assert changed["changes"] == [{"field": "Declared SOH (%)", "now": "78.5", "then": "70"}]
        assert [pack["serial"] for pack in told["withdrawn"]] == ["RB-0002"]

        answer = program.post(f"manifests/{manifest.pk}/submission/", {"intent": "announce_all"})
        assert answer.status_code < 300, answer.json()
        assert read(manifest).state == "imported"
        assert dict(batch.packs.values_list("serial", "status"))["RB-0002"] == "withdrawn"


class TestManifestDifference:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, program, batch):
        manifest = draft(batch.supplier, CORRECTED, replaces=batch)

        assert Program(Role.SUPPLIER).get(f"manifests/{manifest.pk}/difference/").status_code == 404

    def test_is_none_of_another_draft(self, program):
        manifest = draft(program.person.supplier)

        response = program.get(f"manifests/{manifest.pk}/difference/")

        assert response.status_code in (409, 422) and response.json()["code"] == "not_a_draft"
