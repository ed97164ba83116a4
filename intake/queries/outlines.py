"""A draft at a glance: what its batch would be if it were announced now."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from intake.models import Manifest, ManifestRow


@dataclass(frozen=True, kw_only=True)
class Share:
    """One chemistry of a draft."""

    code: str
    count: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The rows of a draft that can be announced, in figures; the supplier's claims."""

    pack_count: int
    total_kwh: Decimal
    without_kwh: int
    """Packs for which no energy was declared; they add nothing to the total."""
    mean_soh_percent: Decimal | None
    """Mean of the claims; None when there is no claim."""
    with_soh: int
    mean_history_percent: Decimal | None
    chemistries: list[Share]


def outline_of(*, manifest: Manifest) -> Outline:
    """Sum up the rows that can be announced as they are, in one query however many they are."""
    parts = (
        manifest.rows.filter(fate=ManifestRow.Fate.OPEN, severity__lte=ManifestRow.Severity.WARNING)
        .values("chemistry")
        .annotate(
            count=Count("pk"),
            kwh=Sum("nominal_energy_kwh"),
            with_kwh=Count("nominal_energy_kwh"),
            soh=Sum("declared_soh_percent"),
            with_soh=Count("declared_soh_percent"),
            history=Sum("history_completeness_percent"),
        )
        .order_by("-count", "chemistry")
    )
    found = list(parts)
    packs, with_soh = sum(part["count"] for part in found), sum(part["with_soh"] for part in found)
    return Outline(
        pack_count=packs,
        total_kwh=_sum(part["kwh"] for part in found),
        without_kwh=packs - sum(part["with_kwh"] for part in found),
        mean_soh_percent=_sum(part["soh"] for part in found) / with_soh if with_soh else None,
        with_soh=with_soh,
        mean_history_percent=_sum(part["history"] for part in found) / packs if packs else None,
        chemistries=[
            Share(
                code=part["chemistry"] or "not stated",
                count=part["count"],
                percent=round(100 * part["count"] / packs),
            )
            for part in found
        ],
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))
