"""Try any facts under any published policy; nothing is written."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from grading.domain.policy import Policy
from grading.models import PolicyVersion
from grading.queries.dossiers import pack_for
from grading.queries.policies import compiled
from grading.queries.policies import policies as published
from grading.queries.simulations import evidence_from, facts_of, simulated, start_without_pack
from grading.web.simulation_forms import SimulationForm, shown
from intake.models import Pack
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability


@requires(Capability.VIEW_POLICIES)
def policy_simulate(request: HttpRequest, policy_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=policy_id)
    pack = _pack_of(request)
    is_claimed = request.GET.get("basis") == "claimed"
    has_facts = "chemistry" in request.GET
    if has_facts and request.GET.get("policy", "").isdecimal():
        version = get_object_or_404(published(), pk=int(request.GET["policy"][:18]))
    policy = compiled(version)
    data = request.GET if has_facts else _start(pack, version, policy, is_claimed)
    form = SimulationForm(data, versions=list(published()), policy=policy)
    context: dict[str, Any] = {
        "version": version,
        "pack": pack,
        "is_claimed": is_claimed,
        "form": form,
        "policy": policy,
    }
    if form.is_valid():
        facts = form.facts
        context["simulation"] = simulated(
            policy,
            evidence_from(facts),
            nominal_energy_kwh=facts["nominal_energy_kwh"],
            nominal_voltage_v=facts["nominal_voltage_v"],
        )
    return render(request, "grading/policies/simulate.html", context)


def _pack_of(request: HttpRequest) -> Pack | None:
    key = request.GET.get("pack", "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(pack_for(viewer=person_of(request)), pk=int(key))


def _start(pack: Pack | None, version: PolicyVersion, policy: Policy, is_claimed: bool) -> dict[str, str]:
    """Return the fields as they stand before anybody changed one."""
    start: dict[str, Any] = {"policy": version.pk}
    if pack is None:
        return shown(start | start_without_pack())
    found = facts_of(pack=pack, policy=policy, at=timezone.now(), is_claimed=is_claimed)
    if found["chemistry"] not in policy.matrices:
        found["chemistry"] = "UNKNOWN"
    nominal = {"nominal_energy_kwh": pack.nominal_energy_kwh, "nominal_voltage_v": pack.nominal_voltage_v}
    return shown(start | found | nominal)
