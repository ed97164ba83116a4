"""Packs whose SOH was reported and then measured, for tests of agreement and of what uses it."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from grading.models import AgreementFit, AgreementGroup, SohReport
from grading.services.agreement import fit_agreement
from intake.models import Pack, PackType, Supplier
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from tests.evidence import TESTED_AT, add_capacity, make_inspected
from tests.factories import AT

LEVEL = (-1, 1, 0, -1, 1, 0, 1, -1, 0, 0, 1, -1, -1, 1, 0, 1, -1, 0)
"""Differences around a bias that do not depend on how good the pack is."""


def make_pairs(
    supplier: Supplier,
    differences: Sequence[float],
    *,
    kind: str = "declared",
    pack_type: PackType | None = None,
    variant: str = "bms",
    since_first: timedelta = timedelta(0),
) -> list[Pack]:
    """Make one measured pack for each of ``differences`` [pp], measured an hour apart."""
    packs = []
    for number, difference in enumerate(differences):
        measured = Decimal(70 + number % 9 * 2)
        reported = measured + Decimal(str(difference))
        claim = {"declared_soh_percent": reported, "declared_soh_method": variant}
        pack = make_inspected(
            supplier=supplier, pack_type=pack_type, **(claim if kind == "declared" else {})
        )[0]
        moment = TESTED_AT + since_first + timedelta(hours=number)
        add_capacity([pack], str(measured), measured_at=moment)
        if kind != "declared":
            add_report(pack, str(reported), kind=kind, firmware=variant)
        packs.append(pack)
    return packs


@transaction.atomic
def add_report(
    pack: Pack, value: str, *, kind: str = "bms", firmware: str = "", **fields: object
) -> SohReport:
    values = {"value_percent": Decimal(value), "read_at": AT, "at": AT, "person_label": "Test"} | fields
    report = SohReport.objects.create(pack=pack, kind=kind, firmware=firmware, **values)
    event = Event(
        code="soh_report.recorded",
        subject_id=report.pk,
        subject_label=str(report),
        pack_id=pack.pk,
        after={},
        facts={"kind": kind, "soh": value},
    )
    record(events=[event], actor=SYSTEM, at=AT)
    return report


def fitted(kind: str = "declared") -> AgreementFit:
    fit = fit_agreement(kind=kind, actor=SYSTEM, at=AT)
    assert fit
    return fit


def finest(fit: AgreementFit) -> list[AgreementGroup]:
    return list(fit.groups.filter(level="group").order_by("n", "pk"))
