"""Published procedures, for tests of what follows them."""

from typing import Any

from django.db import transaction

from grading.domain.canonical import sha256_of
from grading.domain.procedure import shipped_document
from grading.models import ProcedureVersion
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from tests.factories import AT


@transaction.atomic
def make_procedure(code: str = "iso12405-capacity", *, retired_at: Any = None, **changes: Any):
    """Publish a shipped procedure; ``changes`` are merged into its document, one level deep."""
    document = shipped_document(code)
    for name, value in changes.items():
        document[name] = document[name] | value if isinstance(value, dict) else value
    version = ProcedureVersion.objects.filter(code=code).count() + 1
    document["version"] = version
    made = ProcedureVersion.objects.create(
        code=code,
        version=version,
        kind=document["kind"],
        title=document["title"],
        document=document,
        sha256=sha256_of(document),
        published_at=AT,
        published_by="Test",
        retired_at=retired_at,
    )
    told = Event(code="procedure.published", subject_id=made.pk, subject_label=str(made), after={}, facts={})
    record(events=[told], actor=SYSTEM, at=AT)
    return made
