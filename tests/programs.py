"""Programs that talk to the API with a token of a person."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from rebattery.accounts.models import User
from rebattery.accounts.roles import Role, scopes_of
from rebattery.accounts.services import create_token
from tests.factories import make_actor, make_person

API = "/api/v1/"


class Program:
    """A program with one token, by default with everything that its person may do."""

    def __init__(self, person: User | str = Role.WAREHOUSE, *scopes: str):
        self.person = make_person(person) if isinstance(person, str) else person
        made = create_token(
            person=self.person,
            label="Program",
            scopes=list(scopes) or scopes_of(self.person.role),
            actor=make_actor(self.person),
            at=timezone.now(),
        )
        self.token, self.secret = made.token, made.secret
        self.client = Client(headers={"Authorization": f"Bearer {made.secret}"})

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(API + path, query)

    def post(self, path: str, data: Any, *, key: str = "") -> HttpResponse:
        return self.client.post(API + path, data, content_type="application/json", headers=_headers(key))

    def send(self, content: Any, *, key: str = "", **fields: Any) -> HttpResponse:
        """Send a file to the manifests."""
        return self.client.post(API + "manifests/", {"file": content} | fields, headers=_headers(key))


def _headers(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key} if key else {}
