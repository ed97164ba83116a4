"""A supplier's own settings: which mails come to me, and our webhooks."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.notices.domain.topics import CHOICES
from rebattery.notices.queries import endpoints_for, wanted_topics
from rebattery.notices.services.endpoints import NewSecret, add_endpoint
from rebattery.notices.services.preferences import choose_topics
from rebattery.notices.web.forms import EndpointForm, TopicsForm
from rebattery.ui.forms import apply_rule_violation

EVERYTHING = [topic for topic, _ in CHOICES]


@requires(Capability.SET_UP_NOTICES)
def notice_settings(request: HttpRequest) -> HttpResponse:
    """Show the settings; posting adds a webhook and shows its secret, this once."""
    form, new = EndpointForm(request.POST or None, initial={"topics": EVERYTHING}), None
    if form.is_valid():
        try:
            new = _add(request, form.cleaned_data)
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            form = EndpointForm(initial={"topics": EVERYTHING})
    viewer = person_of(request)
    context = {
        "topics_form": TopicsForm(initial={"topics": wanted_topics(person=viewer)}, auto_id="mail_%s"),
        "form": form,
        "new": new,
        "endpoints": endpoints_for(viewer=viewer),
    }
    return render(request, "notices/settings.html", context)


@require_POST
@requires(Capability.SET_UP_NOTICES)
def notice_topics(request: HttpRequest) -> HttpResponse:
    form = TopicsForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose among the topics shown. Nothing was changed.")
        return redirect("notice_settings")
    topics = form.cleaned_data["topics"]
    choose_topics(person=person_of(request), topics=topics, actor=actor_of(request), at=timezone.now())
    messages.success(request, f"Mails come to you about {len(topics)} of {len(CHOICES)} topics.")
    return redirect("notice_settings")


def _add(request: HttpRequest, values: dict[str, Any]) -> NewSecret:
    supplier_id = person_of(request).supplier_id
    if supplier_id is None:  # the capability is a supplier's alone
        raise PermissionDenied
    return add_endpoint(supplier_id=supplier_id, **values, actor=actor_of(request), at=timezone.now())
