import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions

from rebattery.api.errors import flat, handle
from rebattery.errors import RuleViolation
from tests.programs import Program


class TestHandle:
    @pytest.mark.parametrize(("fields", "status"), [({}, 409), ({"soh": "Too high."}, 422)])
    def test_gives_a_refusal_its_code_and_words(self, fields, status):
        response = handle(RuleViolation("Not now.", code="not_now", fields=fields), {})

        assert (response.status_code, response.data) == (
            status,
            {"code": "not_now", "message": "Not now.", "fields": fields},
        )

    def test_names_every_bad_field(self):
        response = handle(exceptions.ValidationError({"rows": [{}, {"method": ["Bad."]}]}), {})

        assert (response.status_code, response.data["code"]) == (422, "invalid")
        assert response.data["fields"] == {"rows.1.method": "Bad."}

    @pytest.mark.parametrize(
        ("raised", "status", "code"),
        [(Http404(), 404, "not_found"), (PermissionDenied(), 403, "permission_denied")],
    )
    def test_knows_djangos_own(self, raised, status, code):
        response = handle(raised, {})

        assert (response.status_code, response.data["code"], response.data["fields"]) == (status, code, {})

    def test_lets_a_bug_rise(self):
        assert handle(ZeroDivisionError(), {}) is None

    def test_says_the_same_of_what_is_missing_and_what_is_hidden(self, db):
        response = Program().get("packs/1/")

        assert (response.status_code, response.json()) == (
            404,
            {"code": "not_found", "message": "There is nothing here.", "fields": {}},
        )

    def test_answers_broken_json_in_the_same_shape(self, db):
        response = Program().post("capacity-tests/", "{")

        assert (response.status_code, response.json()["code"]) == (400, "parse_error")


class TestFlat:
    @pytest.mark.parametrize(
        ("detail", "fields"),
        [
            ({"a": ["x", "y"]}, {"a": "x y"}),
            ({"a": {"b": ["x"]}}, {"a.b": "x"}),
            ({"a": [{}, {"b": ["x"], "c": ["y"]}, {}]}, {"a.1.b": "x", "a.1.c": "y"}),
            ({"a": [[], ["x"]]}, {"a.0": "", "a.1": "x"}),
            ({}, {}),
            (["x"], {"": "x"}),
        ],
    )
    def test_addresses_each_error(self, detail, fields):
        assert flat(detail) == fields
