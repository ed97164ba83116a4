"""Try any facts under any published policy or draft; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from grading.domain.policy import Policy, parse_policy
from grading.domain.policy_faults import faults_in
from grading.models import PolicyDraft, PolicyVersion
from grading.queries.dossiers import pack_for
from grading.queries.policies import compiled, drafts, open_drafts
from grading.queries.policies import policies as published
from grading.queries.simulations import evidence_from, facts_of, simulated, start_without_pack
from grading.web.simulation_forms import SimulationForm, shown
from intake.models import Pack
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability


@dataclass(frozen=True)
class Tried:
    """What facts are tried under."""

    key: str
    """Stands for it in an address: the key of a version, or that of a draft after a d."""
    label: str
    url: str
    policy: Policy | None
    """None while it has faults."""
    faults: Sequence[str] = ()
    is_draft: bool = False


@requires(Capability.VIEW_POLICIES)
def policy_simulate(request: HttpRequest, policy_id: int) -> HttpResponse:
    return _page(request, _of_version(get_object_or_404(published(), pk=policy_id)))


@requires(Capability.VIEW_POLICIES)
def policy_draft_simulate(request: HttpRequest, draft_id: int) -> HttpResponse:
    return _page(request, _of_draft(get_object_or_404(drafts(), pk=draft_id)))


def _of_version(version: PolicyVersion) -> Tried:
    return Tried(str(version.pk), str(version), reverse("policy", args=[version.pk]), compiled(version))


def _of_draft(draft: PolicyDraft) -> Tried:
    faults = faults_in(draft.document)
    return Tried(
        key=f"d{draft.pk}",
        label=f"{draft.title}, draft",
        url=reverse("policy_draft", args=[draft.pk]),
        policy=None if faults else parse_policy(draft.document),
        faults=faults,
        is_draft=True,
    )


def _page(request: HttpRequest, tried: Tried) -> HttpResponse:
    has_facts = "chemistry" in request.GET
    here = request.path
    if has_facts and (key := request.GET.get("policy", "")):
        tried = _chosen(key) or tried
    pack, is_claimed = _pack_of(request), request.GET.get("basis") == "claimed"
    context: dict[str, Any] = {
        "tried": tried,
        "here": here,
        "back_url": reverse("pack", args=[pack.pk]) if pack else tried.url,
        "pack": pack,
        "is_claimed": is_claimed,
    }
    if tried.policy is not None:
        data = request.GET if has_facts else _start(pack, tried, tried.policy, is_claimed)
        form = SimulationForm(data, choices=_choices(tried), policy=tried.policy)
        context["form"] = form
        if form.is_valid():
            facts = form.facts
            context["simulation"] = simulated(
                tried.policy,
                evidence_from(facts),
                nominal_energy_kwh=facts["nominal_energy_kwh"],
                nominal_voltage_v=facts["nominal_voltage_v"],
            )
    return render(request, "grading/policies/simulate.html", context)


def _chosen(key: str) -> Tried | None:
    """Return what was chosen in the form; None for nonsense, which the form tells."""
    number = key.removeprefix("d")
    if not number.isascii() or not number.isdecimal():
        return None
    pk = int(number[:18])
    if key.startswith("d"):
        return _of_draft(get_object_or_404(drafts(), pk=pk))
    return _of_version(get_object_or_404(published(), pk=pk))


def _choices(tried: Tried) -> list[tuple[str, str]]:
    """Return the published policies and the open drafts, and what is tried also where it is closed."""
    found = {str(version.pk): str(version) for version in published()}
    found |= {f"d{draft.pk}": f"{draft.title}, draft by {draft.author}" for draft in open_drafts()}
    return list((found | {tried.key: found.get(tried.key, tried.label)}).items())


def _pack_of(request: HttpRequest) -> Pack | None:
    key = request.GET.get("pack", "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(pack_for(viewer=person_of(request)), pk=int(key))


def _start(pack: Pack | None, tried: Tried, policy: Policy, is_claimed: bool) -> dict[str, str]:
    """Return the fields as they stand before anybody changed one."""
    start: dict[str, Any] = {"policy": tried.key}
    if pack is None:
        return shown(start | start_without_pack())
    found = facts_of(pack=pack, policy=policy, at=timezone.now(), is_claimed=is_claimed)
    if found["chemistry"] not in policy.matrices:
        found["chemistry"] = "UNKNOWN"
    nominal = {"nominal_energy_kwh": pack.nominal_energy_kwh, "nominal_voltage_v": pack.nominal_voltage_v}
    return shown(start | found | nominal)
