"""Capability checks at the doors: every view says what it asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.actor import Actor

View = Callable[..., HttpResponseBase]


def requires(capability: Capability) -> Callable[[View], View]:
    """Answer 403 unless the signed-in person's role holds ``capability``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not person_of(request).may(capability):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.capability = capability  # type: ignore[attr-defined]  # read by the access test
        return checked

    return decorate


def public(view: View) -> View:
    """Mark a page that anyone may see without signing in."""
    view = login_not_required(view)
    view.capability = None  # type: ignore[attr-defined]  # read by the access test
    return view


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    """Return the author of what this request changes: the person, or the person's token."""
    person = person_of(request)
    token = getattr(request, "auth", None)
    request_id = getattr(request, "request_id", "")
    if token is not None:
        label = f"{person.name} (token {token.prefix})"
        return Actor(kind="token", id=token.pk, person_id=person.pk, label=label, request_id=request_id)
    return Actor(kind="user", id=person.pk, person_id=person.pk, label=person.name, request_id=request_id)
