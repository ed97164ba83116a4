"""The receipt of a batch, to be printed for the pallet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from intake.domain.receipts import code_on_receipt
from intake.queries.batches import batches_for
from intake.queries.receipts import receipt_of
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.qr import qr_image


@require_safe
@requires(Capability.VIEW_BATCHES)
def batch_receipt(request: HttpRequest, batch_id: int) -> HttpResponse:
    batches = batches_for(viewer=person_of(request)).select_related("manifest__stored_file")
    batch = get_object_or_404(batches, pk=batch_id)
    url = request.build_absolute_uri(reverse("batch", args=[batch.pk]))
    context = {
        "batch": batch,
        "receipt": receipt_of(batch=batch),
        "url": url,
        "qr": qr_image(code_on_receipt(url=url, number=batch.number)),
    }
    return render(request, "intake/batches/receipt.html", context)
