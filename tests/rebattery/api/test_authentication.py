import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from rebattery.accounts.models import ApiToken
from rebattery.accounts.roles import Capability, Role, scopes_of
from rebattery.accounts.services import change_role, deactivate_person, revoke_token
from tests.factories import AT, make_actor, make_person
from tests.programs import API, Program

READS = {"batches/": "view_batches", "packs/": "view_packs", "decisions/": "view_packs"}
WRITES = {
    "manifests/": "upload_manifest",
    "capacity-tests/": "record_tests",
    "resistance-tests/": "record_tests",
    "soh-reports/": "record_tests",
}


class TestToken:
    def test_acts_for_its_person(self, db):
        assert Program().get("packs/").status_code == 200

    @pytest.mark.parametrize(
        "header",
        ["", "Bearer", "Bearer rb_0000_unknown", "Bearer a b", "Basic dTpw", "Token x", "Bearer é"],
    )
    def test_is_needed_in_full(self, db, header):
        response = Client(headers={"Authorization": header} if header else {}).get(API + "packs/")

        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
        assert set(response.json()) == {"code", "message", "fields"}

    def test_ends_when_it_is_revoked(self, db):
        program = Program()
        revoke_token(token_id=program.token.pk, person=program.person, actor=make_actor(), at=timezone.now())

        assert program.get("packs/").status_code == 401

    def test_ends_when_it_expires(self, db, monkeypatch):
        program = Program()
        end = program.token.expires_at
        # The table refuses a change without its event, so the clock is moved instead of the row.
        monkeypatch.setattr("rebattery.api.authentication.timezone.now", lambda: end)

        assert program.get("packs/").status_code == 401

    def test_ends_with_its_person(self, db):
        program = Program()
        deactivate_person(person_id=program.person.pk, reason="Left", actor=make_actor(), at=AT)

        assert program.get("packs/").status_code == 401

    def test_shrinks_with_its_persons_role(self, db):
        program = Program(Role.WAREHOUSE)
        change_role(person_id=program.person.pk, role=Role.AUDITOR, reason="Moved", actor=make_actor(), at=AT)

        assert program.post("capacity-tests/", {"rows": []}).status_code == 403
        assert program.get("packs/").status_code == 200

    def test_remembers_its_use(self, db):
        program = Program()

        program.get("packs/")

        assert ApiToken.objects.get().last_used_at is not None

    def test_is_no_way_into_the_pages(self, db):
        assert Program().client.get("/packs/")["Location"].startswith("/accounts/login/")


class TestSession:
    def test_is_no_way_into_the_api(self, client, db):
        client.force_login(make_person(Role.ADMINISTRATOR))

        assert client.get(API + "packs/").status_code == 401

    def test_shows_the_documentation_to_people(self, client, db):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(API + "docs/").status_code == 200
        assert b"capacity-tests" in client.get(API + "schema/").content


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", READS | WRITES)
class TestScopes:
    def test_let_in_with_the_scope_and_keep_out_without(self, db, role, path):
        wanted = Capability((READS | WRITES)[path])
        held = scopes_of(role)
        others = Program(role, *(scope for scope in held if scope != wanted))

        assert self.ask(others, path) == 403
        if wanted in held:
            assert self.ask(Program(role, wanted), path) == (200 if path in READS else 422)
        else:
            assert self.ask(Program(role), path) == 403

    def ask(self, program: Program, path: str) -> int:
        if path in READS:
            return program.get(path).status_code
        return (program.send("") if path == "manifests/" else program.post(path, {})).status_code


class TestThrottle:
    def test_stops_a_program_that_asks_too_often_and_says_when_to_come_back(self, db, monkeypatch):
        rates = "rest_framework.throttling.SimpleRateThrottle.THROTTLE_RATES"
        monkeypatch.setattr(rates, {"user": "2/min"})
        program, other = Program(), Program()

        answers = [program.get("packs/") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[2]["Retry-After"]) <= 60
        assert answers[2].json()["code"] == "throttled"
        assert other.get("packs/").status_code == 200

    def test_lets_everybody_through_when_nobody_can_count(self, db, settings):
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

        assert Program().get("packs/").status_code == 200


class TestSize:
    def test_of_a_body_is_limited(self, db):
        largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        fits, does_not = (b'{"rows": "%s"}' % (b"x" * (largest - 12 + more)) for more in (0, 1))
        assert (len(fits), len(does_not)) == (largest, largest + 1)

        assert Program().post("capacity-tests/", fits).status_code == 422
        assert Program().post("capacity-tests/", does_not).status_code == 413
