"""The receipt of a batch: what stands on the paper that travels with the pallet."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, DecimalField, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from intake.domain.lifecycle import Status
from intake.models import Batch, Pack
from intake.queries.differences import files_of

SERIALS_SHOWN = 100
_KWH = DecimalField(max_digits=14, decimal_places=3)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A batch as its supplier announced it; packs that were withdrawn are left out."""

    number: str
    supplier: str
    pack_count: int
    total_kwh: Decimal
    without_kwh: int
    """Packs for which no nominal energy was declared; they add nothing to the total."""
    total_mass_kg: Decimal | None
    """None where no mass was declared."""
    without_mass: int
    announced_at: datetime
    expected_on: date | None
    file_name: str
    """Of the newest file: a corrected one, where there is one."""
    sha256: str
    serials: list[str]
    """In the order of the file, at most ``SERIALS_SHOWN``."""

    @property
    def more(self) -> int:
        """Return how many serials are not listed."""
        return self.pack_count - len(self.serials)


def receipt_of(*, batch: Batch) -> Receipt:
    """Return the receipt of ``batch``, which comes with its supplier, manifest and stored file."""
    packs = Pack.objects.filter(batch=batch).exclude(status=Status.WITHDRAWN)
    mass = Cast(KeyTextTransform("mass_kg", "declared"), DecimalField(max_digits=14, decimal_places=3))
    totals = packs.aggregate(
        pack_count=Count("pk"),
        total_kwh=Coalesce(Sum("nominal_energy_kwh"), Decimal(0), output_field=_KWH),
        without_kwh=Count("pk", filter=Q(nominal_energy_kwh__isnull=True)),
        total_mass_kg=Sum(mass),
        with_mass=Count(mass),
    )
    newest = files_of(batch=batch)[-1]
    without_mass = totals["pack_count"] - totals.pop("with_mass")
    return Receipt(
        number=batch.number,
        supplier=batch.supplier.name,
        without_mass=without_mass,
        announced_at=batch.announced_at,
        expected_on=batch.expected_on,
        file_name=newest.file_name,
        sha256=newest.stored_file.sha256,
        serials=list(packs.order_by("pk").values_list("serial", flat=True)[:SERIALS_SHOWN]),
        **totals,
    )
