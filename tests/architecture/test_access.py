"""Everybody asks for every route; the answer follows from its capability and the one permission table."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.http import HttpResponse

from rebattery.accounts.roles import API_SCOPES, CAPABILITIES, WRITES, Capability, Role
from rebattery.audit.trail import events
from tests.architecture.cast import ANYONE, CAST, OF_A_SUPPLIER, OTHER, Member, make_cast
from tests.architecture.routes import Route, our_routes, routes
from tests.factories import balance

NOT_HERE = {"no_email_page", "no_confirmation_page", "no_signup_page"}
PUBLIC = {"set_theme", "healthz", "readyz"} | NOT_HERE
PUBLIC_ACCOUNT_PAGES = {
    "account_login", "account_logout", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_confirm_login_code", "account_confirm_email", "mfa_authenticate",
}  # fmt: skip
METHODS = ("get", "post")
NO_SUCH_METHOD = 405


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker) -> Iterator[dict[str, Member]]:
    """Everybody, made once: each request is taken back, and in the end the cast itself."""
    with django_db_blocker.unblock(), undone():
        yield make_cast()


@contextmanager
def undone() -> Iterator[None]:
    """Take everything back that a request did, so that the next finds the same objects."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(member: Member, route: Route, method: str) -> HttpResponse:
    with undone():
        return member.ask(route, method)


def leads_to_login(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/accounts/login/")


class TestRoutes:
    def test_each_says_what_it_asks_for(self):
        silent = [route.name for route in our_routes() if not hasattr(route.view, "capability")]

        assert silent == []

    def test_only_these_ask_for_nothing(self):
        assert {route.name for route in our_routes() if route.view.capability is None} == PUBLIC

    def test_each_post_of_the_api_can_be_repeated(self):
        posts = [getattr(route.view, "post", None) for route in our_routes() if route.is_endpoint]

        assert [post for post in posts if post and not getattr(post, "is_idempotent", False)] == []
        assert sum(post is not None for post in posts) >= 3

    def test_each_answers_to_some_method(self, cast):
        holders = {
            (route, method): next(m for m in cast.values() if holds(m, route, method))
            for route in our_routes()
            for method in METHODS
        }

        dead = [
            route.name
            for route in our_routes()
            if all(
                ask(holders[route, method], route, method).status_code == NO_SUCH_METHOD for method in METHODS
            )
        ]

        assert dead == []


def holds(member: Member, route: Route, method: str = "get") -> bool:
    capability = route.capability(method)
    return capability is None or (member.person is not None and member.person.may(capability))


class TestAnyone:
    def test_is_sent_to_sign_in(self, cast):
        asked = [route for route in our_routes() if route.view.capability and not route.is_endpoint]

        let_in = [(r.name, m) for r in asked for m in METHODS if not leads_to_login(ask(cast[ANYONE], r, m))]

        assert asked and let_in == []

    def test_needs_a_token_for_the_api(self, cast):
        asked = [route for route in our_routes() if route.is_endpoint]

        let_in = [(r.name, m) for r in asked for m in METHODS if ask(cast[ANYONE], r, m).status_code != 401]

        assert asked and let_in == []

    def test_reaches_only_these_account_pages(self, cast):
        pages = [route for route in routes() if route.callback.__module__.startswith("allauth.")]
        values = {"key": "a-b", "uidb36": "1", "pk": 1}

        anyone = Member(None, cast[ANYONE].objects | values)
        answers = {route.name: ask(anyone, route, "get") for route in pages}
        reached = {
            name
            for name, answer in answers.items()
            if answer.status_code != 404 and not leads_to_login(answer)
        }

        assert reached <= PUBLIC_ACCOUNT_PAGES


@pytest.mark.parametrize("name", CAST)
class TestMember:
    def test_gets_what_the_role_holds_and_nothing_else(self, cast, name):
        member, wrong = cast[name], []
        for route in our_routes():
            for method in METHODS:
                response = ask(member, route, method)
                if fault := fault_of(member, route, method, response, is_other=name == OTHER):
                    wrong.append((route.name, method, response.status_code, fault))

        assert wrong == []

    def test_changes_nothing_by_looking(self, cast, name):
        before = events().count()

        with undone():
            for route in our_routes():
                cast[name].ask(route, "get")

            assert events().count() == before
            balance()

    def test_gets_into_the_admin_only_as_administrator(self, cast, name):
        pages = [route for route in routes() if route.namespace == "admin" and route.name]

        let_in = [route.name for route in pages if ask(cast[name], route, "get").status_code == 200]

        assert bool(let_in) == (name == Role.ADMINISTRATOR)


def fault_of(member: Member, route: Route, method: str, response: HttpResponse, *, is_other: bool) -> str:
    status = response.status_code
    if status == NO_SUCH_METHOD:
        return ""
    if not holds(member, route, method):
        return "" if status == 403 else "is let in without the capability"
    if route.name in NOT_HERE:
        return "" if status == 404 else "is there after all"
    if is_other and OF_A_SUPPLIER & set(route.parameters):
        return "" if status == 404 else "sees what is another supplier's"
    if status in (401, 403, 404) or status >= 500 or leads_to_login(response):
        return "is kept out with the capability"
    return ""


class TestOtherSupplier:
    @pytest.mark.rule(5)
    def test_reads_nothing_of_the_owner_anywhere(self, cast):
        secrets = cast[OTHER].objects["secrets"]

        told = [
            (route.name, secret)
            for route in our_routes()
            for text in [content_of(ask(cast[OTHER], route, "get"))]
            for secret in secrets
            if secret in text
        ]

        assert told == []

    @pytest.mark.rule(5)
    def test_gets_a_404_for_each_object_of_the_owner(self, cast):
        asked = [r for r in our_routes() if holds(cast[OTHER], r) and OF_A_SUPPLIER & set(r.parameters)]

        answers = {(r.name, m): ask(cast[OTHER], r, m).status_code for r in asked for m in METHODS}

        assert len(asked) >= 8
        assert set(answers.values()) <= {404, NO_SUCH_METHOD}
        assert all(404 in (answers[r.name, "get"], answers[r.name, "post"]) for r in asked)

    @pytest.mark.rule(5)
    def test_gets_the_same_answer_for_what_does_not_exist(self, cast):
        asked = [r for r in our_routes() if OF_A_SUPPLIER & set(r.parameters)]
        nothing = dict.fromkeys(cast[OTHER].objects, 999_999_999)
        nowhere = Member(cast[OTHER].person, nothing, cast[OTHER].secret)

        different = [
            (route.name, method)
            for route in asked
            for method in METHODS
            if ask(cast[OTHER], route, method).status_code != ask(nowhere, route, method).status_code
        ]

        assert different == []


def content_of(response: HttpResponse) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


class TestApiScopes:
    def test_are_what_the_endpoints_ask_for(self):
        asked = {route.capability(m) for route in our_routes() if route.is_endpoint for m in METHODS}

        assert asked == set(API_SCOPES)


class TestAuditor:
    def test_holds_nothing_that_writes(self):
        assert CAPABILITIES[Role.AUDITOR] & WRITES == frozenset()

    def test_and_each_capability_either_writes_or_reads(self):
        reads = {c for c in Capability if c.value.startswith("view_")}
        own = {Capability.SIGNED_IN, Capability.MANAGE_TOKENS}

        assert reads | own | WRITES == set(Capability)
        assert not reads & WRITES
