"""Pages of the look itself: the theme switch and the style guide."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from rebattery.accounts.guards import public, requires
from rebattery.accounts.roles import Capability
from rebattery.ui import styleguide as samples
from rebattery.ui.context import THEME_COOKIE, THEMES

_YEAR_S = 365 * 24 * 60 * 60


@public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = redirect(wanted if is_ours else "/")
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=_YEAR_S,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )
    return response


@require_safe
@requires(Capability.SIGNED_IN)
def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/styleguide.html", samples.context())
