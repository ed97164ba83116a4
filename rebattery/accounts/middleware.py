"""What each request meets: an id, storable text, private pages, a second factor, limits of the session."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render

from rebattery.accounts.models import User
from rebattery.accounts.roles import SECOND_FACTOR_ROLES

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY_SECONDS = 60
"""A session is written at most once a minute."""


def request_id(get_response: GetResponse) -> GetResponse:
    """Give every request its own id, which all trail events of the request carry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


def storable_text(get_response: GetResponse) -> GetResponse:
    """Refuse addresses with the one character that PostgreSQL stores nowhere."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            return HttpResponseBadRequest("The address holds a NUL character.", content_type="text/plain")
        return get_response(request)

    return middleware


class StorableForms:
    """Refuse forms with that character before a view reads them; the API's fields refuse it themselves."""

    message = (
        "What you sent holds a character that cannot be kept (NUL). Nothing was changed. Go back and take it"
        " out: what you typed is still there."
    )

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # The token against forgery has been read from the form by now; where it is not asked for,
        # the view itself says how much of the body it reads.
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        if any("\0" in text for name, texts in request.POST.lists() for text in (name, *texts)):
            return render(request, "400.html", {"message": self.message}, status=400)
        return None


def private_pages(get_response: GetResponse) -> GetResponse:
    """Keep signed-in pages out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Asked before and after: the API signs a token's person in, and the page of its documentation out.
        is_private = request.user.is_authenticated
        response = get_response(request)
        if (is_private or request.user.is_authenticated) and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


def second_factor(get_response: GetResponse) -> GetResponse:
    """Send reviewers and administrators without a second factor to set one up, outside the local mode."""
    from allauth.mfa.utils import is_mfa_enabled

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        owes = (
            settings.SECOND_FACTOR_REQUIRED
            and isinstance(user, User)
            and user.role in SECOND_FACTOR_ROLES
            and not request.path.startswith(("/accounts/", settings.STATIC_URL))
        )
        if owes and not is_mfa_enabled(user):
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """End a session that nobody has used for half an hour, and any session after 8 hours."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = int(time.time()), request.session
            # Django counts its 8 hours anew each time it saves the session; these are counted from the start.
            is_over = now - session.get("began_at", now) > settings.SESSION_COOKIE_AGE
            if is_over or now - session.get("seen_at", now) > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif now - session.get("seen_at", 0) > SEEN_EVERY_SECONDS:
                session.setdefault("began_at", now)
                session["seen_at"] = now
        return get_response(request)

    return middleware
