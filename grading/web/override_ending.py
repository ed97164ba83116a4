"""End an override that counts: one page with what follows, and the reason."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grading.domain.review_reasons import ENDING_REASONS
from grading.models import Decision
from grading.queries.dossiers import pack_for
from grading.queries.override_ends import obstacle_to_end, override_in_force
from grading.services import reviews
from grading.web.review_forms import ReasonForm
from intake.models import Pack
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation


class EndingForm(ReasonForm):
    """Why an override is ended, as the person saw it."""

    codes = ENDING_REASONS
    decision_id = forms.IntegerField(widget=forms.HiddenInput)


def may_end(*, pack: Pack, decision: Decision | None, viewer: User) -> bool:
    """Return whether a page offers ``viewer`` to end the decision in force on a pack."""
    if decision is None or not decision.is_override or not decision.is_in_force:
        return False
    if not viewer.may(Capability.DECIDE_REVIEWS):
        return False
    return not obstacle_to_end(pack=pack, decision=decision, person_id=viewer.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.DECIDE_REVIEWS)
def override_end(request: HttpRequest, pack_id: int) -> HttpResponse:
    viewer = person_of(request)
    pack = get_object_or_404(pack_for(viewer=viewer), pk=pack_id)
    override = override_in_force(pack_id=pack_id)
    initial = {"decision_id": override.pk if override else 0}
    form = EndingForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            new = reviews.end_override(
                pack_id=pack_id,
                decision_id=form.cleaned_data["decision_id"],
                why=form.why,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"The override is ended: {new.grade} by {new.author}.")
            return redirect("pack", pack_id)
    obstacle = override and obstacle_to_end(pack=pack, decision=override, person_id=viewer.pk)
    context = {"pack": pack, "override": override, "form": form, "obstacle": obstacle}
    return render(request, "grading/review/end_override.html", context)
