import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from intake.models import Manifest, ManifestState
from intake.services import manifests
from intake.services.suppliers import change_supplier
from rebattery.accounts.roles import Role
from tests.factories import AT, balance, make_actor, make_supplier, manifest_csv
from tests.programs import Program


def file(content: bytes = b"", name: str = "packs.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or manifest_csv("RB-0001", "RB-0002"))


def read(manifest: Manifest) -> None:
    manifests.run(manifest_id=manifest.pk, actor=make_actor(), at=AT)


class TestSend:
    def test_takes_a_file_and_says_where_to_ask(self, db):
        program = Program(Role.SUPPLIER)

        response = program.send(file())

        manifest = Manifest.objects.get()
        assert response.status_code == 202
        assert response.json() == {
            "id": manifest.pk,
            "state": "queued",
            "progress": f"/api/v1/manifests/{manifest.pk}/",
        }
        assert manifest.received_by == f"{program.person.name} (token {program.token.prefix})"
        balance()

    def test_takes_it_with_the_broker_dead(self, committed_db, monkeypatch):
        def refuse(*args: object, **options: object) -> None:
            raise ConnectionError("no broker")

        monkeypatch.setattr("celery.app.base.Celery.send_task", refuse)

        assert Program(Role.SUPPLIER).send(file()).status_code == 202
        assert Manifest.objects.get().state == ManifestState.QUEUED

    def test_takes_the_same_file_once(self, db):
        program = Program(Role.SUPPLIER)

        first, again = program.send(file()).json(), program.send(file(name="renamed.csv")).json()

        assert first == again and Manifest.objects.count() == 1

    @pytest.mark.rule(6)
    def test_takes_the_supplier_from_the_token(self, db):
        program = Program(Role.SUPPLIER)

        program.send(file())

        assert Manifest.objects.get().supplier == program.person.supplier

    @pytest.mark.rule(6)
    @pytest.mark.parametrize("own", [True, False])
    def test_refuses_a_supplier_in_a_suppliers_payload(self, db, own):
        program = Program(Role.SUPPLIER)
        named = program.person.supplier if own else make_supplier()

        response = program.send(file(), supplier=named.code)

        assert response.status_code == 422 and list(response.json()["fields"]) == ["supplier"]
        assert not Manifest.objects.exists()

    @pytest.mark.rule(6)
    @pytest.mark.parametrize("key", ["supplier_id", "supplier__id", "received_by", "state"])
    def test_refuses_keys_that_it_does_not_know(self, db, key):
        response = Program(Role.SUPPLIER).send(file(), **{key: make_supplier().pk})

        assert response.status_code == 422
        assert response.json()["fields"] == {key: "This field is not known."}
        assert not Manifest.objects.exists()

    def test_lets_staff_name_the_supplier(self, db):
        supplier = make_supplier("GX-1")

        assert Program(Role.ADMINISTRATOR).send(file(), supplier="gx-1").status_code == 202
        assert Manifest.objects.get().supplier == supplier

    @pytest.mark.parametrize("code", ["", "NOBODY"])
    def test_wants_staff_to_name_one(self, db, code):
        response = Program(Role.ADMINISTRATOR).send(file(), **({"supplier": code} if code else {}))

        assert response.status_code == 422 and "supplier" in response.json()["fields"]

    def test_refuses_a_supplier_that_is_switched_off(self, db):
        supplier = make_supplier("GX-1")
        change_supplier(
            supplier_id=supplier.pk, name="G", country="", is_active=False, actor=make_actor(), at=AT
        )

        response = Program(Role.ADMINISTRATOR).send(file(), supplier="GX-1")

        assert (response.status_code, response.json()["code"]) == (409, "supplier_inactive")


class TestFollow:
    def test_shows_what_became_of_a_good_file(self, db):
        program = Program(Role.SUPPLIER)
        address = program.send(file()).json()["progress"]
        read(Manifest.objects.get())

        told = program.client.get(address).json()

        assert (told["state"], told["row_count"], told["problems"]) == ("imported", 2, [])
        batch = program.get(f"batches/{told['batch_id']}/").json()
        assert (batch["pack_count"], batch["file_name"]) == (2, "packs.csv")
        assert program.get("packs/").json()["results"][0]["batch"] == batch["number"]

    def test_shows_columns_and_open_questions(self, db):
        program = Program(Role.SUPPLIER)
        program.send(file(manifest_csv("RB-0001").replace(b"SOH method", b"Lagerplatz")))
        read(Manifest.objects.get())

        told = program.get(f"manifests/{Manifest.objects.get().pk}/").json()

        column = told["columns"][6]
        assert (column["header"], column["field"], column["use"]) == ("Lagerplatz", None, "unknown")
        [question] = told["questions"]
        assert question["id"] == "column:6"
        assert "extra" in [option["value"] for option in question["options"]]

    @pytest.mark.rule(7)
    def test_shows_every_problem_of_a_bad_one(self, db):
        program = Program(Role.SUPPLIER)
        program.send(file(manifest_csv("RB-0001", "RB-0002", "RB-0003", **{"SOH (%)": "250"})))
        read(Manifest.objects.get())

        told = program.get(f"manifests/{Manifest.objects.get().pk}/").json()

        assert told["state"] == "draft" and told["batch_id"] is None
        assert [problem["row"] for problem in told["problems"]] == [2, 3, 4]
        assert [(group["rule"], group["count"]) for group in told["groups"]] == [("out_of_range", 3)]
        assert (told["accepted_count"], told["refused_count"]) == (0, 3)
        assert all(problem["fix"] and problem["column"] for problem in told["problems"])
