"""What differs outside the local mode, and what every answer carries."""

import json
import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse

from rebattery.accounts.roles import Role
from rebattery.embedded.state import ROOT
from tests.factories import make_person

PRODUCTION = {
    "DATABASE_URL": "postgresql://rb_app:x@db.example:5432/rebattery",
    "REDIS_URL": "rediss://redis.example:6379/0",
    "SECRET_KEY": "a-secret-key-of-more-than-fifty-characters-for-tests-only",
    "ALLOWED_HOSTS": "rebattery.example",
    "FILES_ROOT": "/var/lib/rebattery",
}
ASK = "import json; from rebattery import settings as s; print(json.dumps({n: getattr(s, n) for n in %r}))"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python as a server would, with nothing of our own environment."""
    given = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "rebattery.settings"} | environment
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60
    )


def settings_of(*names: str, **environment: str) -> dict[str, object]:
    done = run("-c", ASK % (names,), **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestOutsideTheLocalMode:
    @pytest.mark.parametrize("name", PRODUCTION)
    def test_has_a_default_for_nothing_that_matters(self, name):
        rest = {key: value for key, value in PRODUCTION.items() if key != name}

        done = run("-c", "import rebattery.settings", **rest)

        assert done.returncode != 0 and f"{name} is not set" in done.stderr

    def test_has_hardened_cookies_and_demands_tls_and_a_second_factor(self):
        names = (
            "DEBUG", "SECOND_FACTOR_REQUIRED", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
            "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
            "SESSION_COOKIE_SAMESITE",
            "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
            "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT",
        )  # fmt: skip

        assert settings_of(*names, **PRODUCTION) == {
            "DEBUG": False,
            "SECOND_FACTOR_REQUIRED": True,
            "SESSION_COOKIE_NAME": "__Host-session",
            "CSRF_COOKIE_NAME": "__Host-csrf",
            "SESSION_COOKIE_SECURE": True,
            "CSRF_COOKIE_SECURE": True,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SECURE_SSL_REDIRECT": True,
            "SECURE_HSTS_SECONDS": 31_536_000,
            "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
            "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
            "SECURE_PROXY_SSL_HEADER": None,
            "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
        }

    def test_trusts_a_proxy_only_when_told_of_one(self):
        told = settings_of(
            "SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT", **PRODUCTION, BEHIND_PROXY="yes"
        )

        assert told == {
            "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
            "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
        }

    def test_leaves_nothing_for_djangos_own_check_to_find(self):
        done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

        assert done.returncode == 0, done.stderr


@pytest.fixture
def signed_in(client: Client, db: None) -> Client:
    client.force_login(make_person(Role.ADMINISTRATOR))
    return client


class TestHeaders:
    PAGES = ("home", "packs", "people", "tokens", "api_docs", "account_change_password", "mfa_index")

    @pytest.mark.parametrize("name", PAGES)
    def test_let_a_page_load_nothing_from_elsewhere(self, signed_in, name):
        response = signed_in.get(reverse(name))

        policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
        assert policy == {
            "default-src": "'self'",
            "img-src": "'self' data: blob:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
            "form-action": "'self'",
        }

    @pytest.mark.parametrize("name", [*PAGES, "healthz"])
    def test_keep_browsers_from_guessing_framing_and_telling(self, signed_in, name):
        response = signed_in.get(reverse(name))

        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert len(response["X-Request-Id"]) == 32

    @pytest.mark.parametrize("name", PAGES)
    def test_keep_private_pages_out_of_caches(self, signed_in, name):
        assert "no-store" in signed_in.get(reverse(name))["Cache-Control"]

    def test_give_each_request_its_own_id(self, client):
        assert client.get("/healthz")["X-Request-Id"] != client.get("/healthz")["X-Request-Id"]

    def test_of_cookies_hide_them_from_scripts(self, client, db):
        cookies = client.get("/accounts/login/").cookies

        assert cookies["csrf"]["httponly"] and cookies["csrf"]["samesite"] == "Lax"


class TestAddresses:
    @pytest.mark.parametrize("path", ["/packs/?q=%00", "/packs/?q=RB%00104", "/trail/?q=a&x=%00", "/a%00b/"])
    def test_with_what_no_table_can_hold_are_refused(self, signed_in, path):
        assert signed_in.get(path).status_code == 400


class TestForms:
    @pytest.mark.parametrize("sent", [{"act": "save\0"}, {"row-0-\0": "1"}, {"flags": ["REVIEW", "a\0b"]}])
    def test_with_what_no_table_can_hold_are_refused_before_they_are_read(self, signed_in, sent):
        response = signed_in.post("/packs/", sent)

        assert response.status_code == 400
        assert "cannot be kept (NUL)" in response.text


class TestHealth:
    def test_needs_nobody(self, client, django_assert_num_queries, db):
        with django_assert_num_queries(0):
            assert client.get("/healthz").json() == {"alive": True}

    def test_says_what_answers(self, client, db):
        response = client.get("/readyz")

        assert (response.status_code, response.json()) == (200, {"database": True, "broker": True})

    def test_is_ready_without_the_broker(self, client, db, settings):
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

        response = client.get("/readyz")

        assert (response.status_code, response.json()) == (200, {"database": True, "broker": False})
