"""The trail as seen from packs."""

from typing import Any

from django.db.models import Q, QuerySet

from intake.domain.identity import normalize_serial
from intake.models import Pack


def about_pack(events: QuerySet[Any], serial: str) -> QuerySet[Any]:
    """Keep the events that belong to the packs with this serial."""
    ids = list(Pack.objects.filter(serial=normalize_serial(serial)).values_list("pk", flat=True))
    return events.filter(Q(subject_type="pack", subject_id__in=ids) | Q(pack_id__in=ids))
