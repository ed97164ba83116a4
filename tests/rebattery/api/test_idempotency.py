from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from intake.models import Manifest
from rebattery.accounts.roles import Role
from rebattery.api.models import KeptAnswer
from rebattery.audit.trail import events
from tests.factories import balance, manifest_csv
from tests.programs import Program
from tests.together import at_once


def file(*serials: str, name: str = "packs.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, manifest_csv(*serials or ["RB-0001"]))


@pytest.fixture
def program(db) -> Program:
    return Program(Role.SUPPLIER)


class TestIdempotent:
    def test_gives_the_first_answer_again_and_does_nothing(self, program):
        first = program.send(file(), key="one")
        known = events().count()

        again = program.send(file(), key="one")

        assert (first.status_code, again.status_code) == (202, 202)
        assert again.json() == first.json()
        assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
        assert (Manifest.objects.count(), events().count()) == (1, known)
        balance()

    def test_refuses_the_key_for_other_data(self, program):
        program.send(file("RB-0001"), key="one")

        for other in (file("RB-0002"), file("RB-0001", name="other.csv")):
            response = program.send(other, key="one")
            assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
        assert Manifest.objects.count() == 1

    def test_refuses_the_key_at_another_endpoint(self, db):
        program = Program(Role.WAREHOUSE)
        KeptAnswer.objects.create(
            token=program.token, key="one", request_sha256="0" * 64, status=201, at=timezone.now()
        )

        assert program.post("capacity-tests/", {"rows": []}, key="one").status_code == 422

    def test_keeps_keys_of_different_tokens_apart(self, program):
        other = Program(Role.SUPPLIER)

        mine = program.send(file(), key="one").json()
        theirs = other.send(file(), key="one").json()

        assert mine["id"] != theirs["id"]
        assert KeptAnswer.objects.count() == 2

    def test_does_not_keep_a_refusal(self, program):
        assert program.send("no file", key="one").status_code == 422

        assert not KeptAnswer.objects.exists()
        assert program.send(file(), key="one").status_code == 202

    def test_forgets_after_48_hours_and_not_before(self, program):
        first = program.send(file("RB-0001"), key="one").json()
        self.age(timedelta(hours=48, minutes=-1))
        assert program.send(file("RB-0002"), key="one").status_code == 422

        self.age(timedelta(hours=48, minutes=1))

        assert program.send(file("RB-0002"), key="one").json()["id"] != first["id"]
        assert KeptAnswer.objects.count() == 1

    def test_keeps_nothing_without_a_key(self, program):
        assert program.send(file()).status_code == 202

        assert not KeptAnswer.objects.exists()

    @pytest.mark.parametrize(("length", "status"), [(255, 202), (256, 422)])
    def test_takes_keys_up_to_255_characters(self, program, length, status):
        assert program.send(file(), key="k" * length).status_code == status

    def test_loses_the_answer_with_the_effects(self, program, monkeypatch):
        monkeypatch.setattr("rebattery.api.idempotency.KeptAnswer.save", self.fail)

        with pytest.raises(RuntimeError):
            program.send(file(), key="one")

        assert not Manifest.objects.exists() and not KeptAnswer.objects.exists()
        balance()

    def test_lets_one_of_many_at_once_work(self, committed_db):
        program = Program(Role.SUPPLIER)

        def send(number: int) -> tuple[int, int]:
            answer = program.send(file(), key="one")
            return answer.status_code, answer.json()["id"]

        answers = set(at_once(send, range(6)))

        assert len(answers) == 1 and answers.pop()[0] == 202
        assert (Manifest.objects.count(), KeptAnswer.objects.count()) == (1, 1)

    @staticmethod
    def age(by: timedelta) -> None:
        KeptAnswer.objects.update(at=timezone.now() - by)

    @staticmethod
    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("the power went")
