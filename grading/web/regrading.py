"""Have chosen packs graded again: what was chosen, what cannot be, why, and the order."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grading.domain.regrading import MOST_PACKS, REASONS
from grading.queries.packs import packs_for
from grading.queries.policies import in_force_or_none
from grading.queries.regrading import newest_decision_id, regradable, weigh_selection
from grading.services import regrading
from grading.web.packs import filters_for
from intake.models import Pack
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation, keys_in
from rebattery.ui.listing import filtered, list_page


class OrderForm(forms.Form):
    """Why; and what the person saw."""

    reason_code = forms.ChoiceField(label="Reason", choices=[("", "Choose…"), *REASONS.items()])
    reason = forms.CharField(
        label="In your words",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stands in the trail of every pack; suppliers do not read it.",
    )
    without = forms.BooleanField(label="Go on without the packs that cannot be graded again", required=False)
    policy_id = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class Choice:
    """Packs as an address names them."""

    packs: QuerySet[Pack]
    title: str


@require_http_methods(["GET", "POST"])
@requires(Capability.DECIDE_REVIEWS)
def regrade_new(request: HttpRequest) -> HttpResponse:
    choice, at = _choice(request), timezone.now()
    version = in_force_or_none(at=at)
    if choice is None or version is None:
        return render(request, "grading/grading_runs/order.html", {"choice": choice, "version": version})
    refused = None
    form = OrderForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        values = form.cleaned_data
        packs = choice.packs
        if values.pop("without"):
            packs = regradable(packs=packs, seen=values["seen"], at=at)
        try:
            run = regrading.order(packs=packs, title=choice.title, **values, actor=actor_of(request), at=at)
        except RuleViolation as violation:
            refused = violation
        else:
            messages.success(request, f"Ordered: {run.pack_count} packs are graded again by {run.policy}.")
            return redirect("grading_run", run.pk)
    return render(request, "grading/grading_runs/order.html", _context(request, choice, form, refused))


def _choice(request: HttpRequest) -> Choice | None:
    """Return what the address names: ticked packs, or all that its filters let through; None for neither."""
    viewer = person_of(request)
    if ticked := keys_in(request.GET.getlist("pack")):
        many = f"{len(ticked)} ticked packs" if len(ticked) > 1 else "1 ticked pack"
        return Choice(packs_for(viewer=viewer).filter(pk__in=ticked), many)
    if "all" not in request.GET:
        return None
    filters = filters_for(viewer)
    rows = packs_for(viewer=viewer)
    packs = filtered(rows, filters=filters, params=request.GET)
    chips = list_page(rows.none(), columns=(), filters=filters, params=request.GET).chips
    return Choice(packs, ", ".join(f"{chip.label}: {chip.value}" for chip in chips) or "All packs")


def _context(
    request: HttpRequest, choice: Choice, form: OrderForm | None, refused: RuleViolation | None
) -> dict[str, Any]:
    """Weigh the choice anew, and let a form that was refused rest on what is seen now."""
    at = timezone.now()
    version, seen = in_force_or_none(at=at), newest_decision_id()
    selection = weigh_selection(packs=choice.packs, seen=seen, at=at)
    now = {"policy_id": version.pk if version else 0, "seen": seen}
    if form is None:
        form = OrderForm(initial=now)
    else:
        errors = form.errors
        form = OrderForm(request.POST.dict() | now)
        form.errors.update(errors)
        if refused:
            apply_rule_violation(form, refused)
    if not selection.hindered:
        del form.fields["without"]
    return {
        "choice": choice,
        "version": version,
        "selection": selection,
        "form": form,
        "most": MOST_PACKS,
        "is_too_much": selection.ready > MOST_PACKS,
        "address": request.get_full_path(),
    }
