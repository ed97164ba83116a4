"""One field for any code: leads to the pack, to the batch of a receipt, to a choice, or to a plain no."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from intake.domain.identity import normalize_serial
from intake.queries.batches import batch_scanned
from intake.queries.receiving import packs_with_serial
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability


@require_safe
@requires(Capability.VIEW_INTERNAL)
def scan(request: HttpRequest) -> HttpResponse:
    read, viewer = request.GET.get("code", "")[:500], person_of(request)
    code = normalize_serial(read)[:200]
    packs = packs_with_serial(serial=code) if code else []
    if len(packs) == 1:
        return redirect("pack", packs[0].pk)
    if not packs and (batch := batch_scanned(viewer=viewer, code=read)):
        return redirect("dock_batch" if viewer.may(Capability.RECEIVE_PACKS) else "batch", batch.pk)
    return render(request, "intake/dock/scan.html", {"code": code, "packs": packs})
