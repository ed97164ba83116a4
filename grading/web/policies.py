"""Published policies: the list, and one of them as decision tables."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from grading.domain.policy_words import decision_tables, evidence_demands, floors, remarks
from grading.domain.warranty import all_terms
from grading.queries.policies import compiled, decisions_in_force, in_force_or_none
from grading.queries.policies import policies as published
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability


@requires(Capability.VIEW_POLICIES)
def policies(request: HttpRequest) -> HttpResponse:
    counts = decisions_in_force()
    context = {
        "policies": [(version, counts.get(version.pk, 0)) for version in published()],
        "in_force": in_force_or_none(at=timezone.now()),
    }
    return render(request, "grading/policies/list.html", context)


@requires(Capability.VIEW_POLICIES)
def policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=policy_id)
    ready = compiled(version)
    context = {
        "version": version,
        "policy": ready,
        "in_force": in_force_or_none(at=timezone.now()),
        "tables": decision_tables(ready),
        "floors": floors(ready),
        "demands": evidence_demands(ready),
        "remarks": remarks(ready),
        "warranty": all_terms(ready),
    }
    return render(request, "grading/policies/detail.html", context)
