"""One webhook of a supplier."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.notices.models import Endpoint
from rebattery.notices.queries import endpoints_for, last_tries
from rebattery.notices.services.endpoints import NewSecret, change_endpoint, renew_secret, send_test
from rebattery.notices.web.forms import EndpointChangeForm
from rebattery.ui.forms import apply_rule_violation

NEWEST = 25


@requires(Capability.SET_UP_NOTICES)
def endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    shown = _visible(request, endpoint_id)
    initial = {"url": shown.url, "topics": shown.topics, "is_active": shown.is_active}
    form = EndpointChangeForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            change_endpoint(
                endpoint_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, "The webhook was saved.")
            return redirect("endpoint", shown.pk)
    return _page(request, shown, form)


@require_POST
@requires(Capability.SET_UP_NOTICES)
def endpoint_secret(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Renew the secret and show it, this once, instead of redirecting."""
    shown = _visible(request, endpoint_id)
    new = renew_secret(endpoint_id=shown.pk, actor=actor_of(request), at=timezone.now())
    initial = {"url": shown.url, "topics": shown.topics, "is_active": shown.is_active}
    return _page(request, shown, EndpointChangeForm(initial=initial), new)


@require_POST
@requires(Capability.SET_UP_NOTICES)
def endpoint_test(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    shown = _visible(request, endpoint_id)
    try:
        send_test(endpoint_id=shown.pk, at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "The test is on its way. Load this page again to see what came of it.")
    return redirect("endpoint", shown.pk)


def _visible(request: HttpRequest, endpoint_id: int) -> Endpoint:
    return get_object_or_404(endpoints_for(viewer=person_of(request)), pk=endpoint_id)


def _page(
    request: HttpRequest, shown: Endpoint, form: EndpointChangeForm, new: NewSecret | None = None
) -> HttpResponse:
    context = {
        "endpoint": shown,
        "form": form,
        "new": new,
        "tries": last_tries(endpoint=shown, limit=NEWEST),
        "newest": NEWEST,
    }
    return render(request, "notices/endpoint.html", context)
