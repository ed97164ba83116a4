"""Pages without domain knowledge: the theme switch and the style guide."""

from datetime import UTC, datetime
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.ui.context import THEMES
from rebattery.ui.templatetags.ui import STATUSES

YEAR_IN_SECONDS = 365 * 24 * 60 * 60


@require_POST
@requires(Capability.SIGNED_IN)
def set_theme(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=YEAR_IN_SECONDS, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@requires(Capability.SIGNED_IN)
def styleguide(request: HttpRequest) -> HttpResponse:
    entry = SimpleNamespace(
        id=1,
        at=datetime(2026, 11, 22, 14, 5, tzinfo=UTC),
        sentence="Ana received the pack in batch B-2026-00012.",
        changes=[("status", "announced", "received")],
        reason="",
        request_id="",
        job_id="",
    )
    values = {"statuses": STATUSES, "entries": [entry], "letters": ["A", "B", "C", "D", "H", "Q", "X", ""]}
    return render(request, "ui/styleguide.html", values)
