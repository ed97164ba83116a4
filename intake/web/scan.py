"""One field for any code: leads to the pack, to a choice, or says that nothing is known."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from intake.domain.identity import normalize_serial
from intake.queries.batches import batches_for
from intake.queries.receiving import packs_with_serial
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability


@require_safe
@requires(Capability.VIEW_INTERNAL)
def scan(request: HttpRequest) -> HttpResponse:
    code = normalize_serial(request.GET.get("code", ""))[:200]
    packs = packs_with_serial(serial=code) if code else []
    if len(packs) == 1:
        return redirect("pack", packs[0].pk)
    batch = batches_for(viewer=person_of(request)).filter(number=code).first() if code and not packs else None
    if batch:
        return redirect("batch", batch.pk)
    return render(request, "intake/dock/scan.html", {"code": code, "packs": packs})
