"""A draft mended and announced by a program."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from intake.models import Manifest, ManifestCorrection, Pack
from intake.services import manifests
from rebattery.accounts.roles import Capability, Role
from tests.factories import AT, balance, make_actor, make_person, manifest_csv
from tests.programs import Program

BAD = manifest_csv("RB-0003", **{"SOH (%)": "250"}).split(b"\n", 1)[1]
MIXED = manifest_csv("RB-0001", "RB-0002") + BAD


@pytest.fixture
def program(db):
    return Program(Role.SUPPLIER)


@pytest.fixture
def draft(program):
    program.send(SimpleUploadedFile("packs.csv", MIXED), intent="check")
    return read()


def read():
    manifest = Manifest.objects.get()
    return manifests.run(manifest_id=manifest.pk, actor=make_actor(), at=AT)


def at(manifest, path=""):
    return f"manifests/{manifest.pk}/{path}"


class TestCorrections:
    def test_mends_a_cell_and_says_what_is_left(self, program, draft):
        response = program.post(
            at(draft, "corrections/"), {"cells": {"4": {"5": "82.5"}}, "expected": {"4": {"5": "250"}}}
        )

        told = response.json()
        assert response.status_code == 200
        assert (told["state"], told["accepted_count"], told["refused_count"]) == ("draft", 3, 0)
        [step] = program.get(at(draft, "corrections/")).json()
        assert step["label"] == "Row 4, SOH (%): “250” is “82.5”"
        assert step["payload"] == {"4": {"5": "82.5"}}
        balance()

    def test_refuses_what_somebody_else_has_changed(self, program, draft):
        response = program.post(
            at(draft, "corrections/"), {"cells": {"4": {"5": "82.5"}}, "expected": {"4": {"5": "260"}}}
        )

        body = response.json()
        assert (response.status_code, body["code"]) == (422, "cell_changed")
        assert body["fields"] == {"cells.4.5": "250"}

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"answers": {}},
            {"drop": [4], "restore": [4]},
            {"drop": ["four"]},
            {"cells": {"x": {"5": "1"}}},
            {"cells": {"4": {"x": "1"}}},
            {"cells": {"4": "1"}},
            {"drop": [4], "expected": {"4": {"5": "1"}}},
            {"paint": "red"},
        ],
    )
    def test_refuses_what_is_no_step(self, program, draft, body):
        assert program.post(at(draft, "corrections/"), body).status_code == 422
        assert not ManifestCorrection.objects.exists()

    def test_takes_rows_out_in_and_back(self, program, draft):
        assert program.post(at(draft, "corrections/"), {"drop": [4]}).json()["refused_count"] == 0
        assert program.post(at(draft, "corrections/"), {"restore": [4]}).json()["refused_count"] == 1
        assert program.post(at(draft, "corrections/undo/"), {}).json()["refused_count"] == 0
        assert [step["is_undone"] for step in program.get(at(draft, "corrections/")).json()] == [False, True]

    def test_has_answers_read_by_a_worker(self, program, draft):
        response = program.post(at(draft, "corrections/"), {"answers": {"fill:accident_flag": "no"}})

        assert response.json()["state"] == "queued"
        assert program.post(at(draft, "corrections/"), {"drop": [4]}).json()["code"] == "being_read"

    def test_names_no_staff_to_a_supplier(self, program, draft):
        staff = make_person(Role.ADMINISTRATOR, name="Ada Staff")
        manifests.drop_rows(manifest_id=draft.pk, rows=[4], actor=make_actor(staff), at=AT)
        program.post(at(draft, "corrections/"), {"restore": [4]})

        steps = program.get(at(draft, "corrections/")).json()

        assert steps[0]["made_by"] == "ReBattery"
        assert steps[1]["made_by"].startswith(program.person.name)
        inside = Program(staff).get(at(draft, "corrections/")).json()
        assert inside[0]["made_by"] == "Ada Staff"

    @pytest.mark.parametrize("path", ["corrections/", "corrections/undo/", "submission/", "discard/"])
    @pytest.mark.parametrize(
        ("scopes", "status"), [((), 404), ((Capability.VIEW_BATCHES,), 403)], ids=["another's", "no scope"]
    )
    def test_keeps_others_out(self, draft, path, scopes, status):
        assert Program(Role.SUPPLIER, *scopes).post(at(draft, path), {}).status_code == status

    def test_works_once_per_key(self, program, draft):
        for _ in range(2):
            program.post(at(draft, "corrections/"), {"drop": [4]}, key="k-1")

        assert ManifestCorrection.objects.count() == 1


class TestSubmission:
    def test_announces_what_is_ready(self, program, draft):
        response = program.post(
            at(draft, "submission/"), {"intent": "announce_valid", "expected_on": "2036-01-31"}
        )
        read()

        assert response.status_code == 202
        told = program.get(at(draft)).json()
        assert (told["state"], told["announced_count"], told["refused_count"]) == ("draft", 2, 1)
        assert told["expected_on"] == "2036-01-31"
        assert Pack.objects.filter(batch_id=told["batch_id"]).count() == 2
        balance()

    @pytest.mark.parametrize(
        "body", [{}, {"intent": "check"}, {"intent": "announce_all", "expected_on": "x"}]
    )
    def test_refuses_what_it_does_not_know(self, program, draft, body):
        assert program.post(at(draft, "submission/"), body).status_code == 422

    def test_says_why_not(self, program, draft):
        response = program.post(at(draft, "submission/"), {"intent": "announce_all"})

        assert (response.status_code, response.json()["code"]) == (409, "still_wrong")


class TestDiscard:
    def test_gives_the_draft_up_until_the_file_comes_again(self, program, draft):
        assert program.post(at(draft, "discard/"), {}).json()["state"] == "discarded"

        again = program.send(SimpleUploadedFile("packs.csv", MIXED), intent="check").json()

        assert (again["id"], again["state"]) == (draft.pk, "queued")
        balance()
