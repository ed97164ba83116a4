"""What packs of the demo report of themselves, how it agrees with the bench, and what is on the channels."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from grading.management.demo.fleet import TruePack, rounded
from grading.management.demo.timeline import Year
from grading.models import CapacityTest, Channel, ChannelUse, SohReport
from grading.models.test_run import STANDS
from grading.services.agreement import fit_all
from grading.services.channels import cancel_use, end_use, start_use
from grading.services.soh_reports import SohReportInput, record_soh_reports
from intake.domain.lifecycle import Status
from intake.models import Pack

SPAN = timedelta(days=30)
READERS = {
    # Supplier: kind of report, what reads it out, points too much, spread of one pack.
    "DEMO": ("bms", "Scanner", 1.2, 1.6),
    "RHEIN": ("bms", "Scanner", 2.6, 2.0),
    "NORDFLEET": ("telematics", "Fleet portal", 0.4, 1.2),
}
NEW_FIRMWARE_DAYS = 170
"""So many days before the end the portal of one fleet begins to promise more."""
_HERE = (Status.RECEIVED, Status.INSPECTED, Status.TESTED, Status.GRADED, Status.IN_REVIEW)


def read_out(year: Year, at: datetime) -> None:
    """Read out the packs that moved in the last month and have not been read yet."""
    read = SohReport.objects.values("pack_id")
    packs = Pack.objects.filter(status__in=_HERE, status_at__gte=at - SPAN, supplier__code__in=READERS)
    chance = Random(at.toordinal())  # noqa: S311  a story, not a secret
    rows = [
        _row(year, pack, at, chance)
        for pack in packs.exclude(pk__in=read).select_related("supplier").order_by("pk")
    ]
    if rows:
        record_soh_reports(rows=rows, actor=year.who("warehouse"), at=at)


def fit(year: Year, at: datetime) -> None:
    """Fit the agreement as the monthly job does."""
    fit_all(actor=year.task("Agreement"), at=at)


def occupy_channels(year: Year, at: datetime) -> None:
    """Put the packs that wait longest on the free channels."""
    tested = CapacityTest.objects.filter(STANDS).values("pack_id")
    packs = Pack.objects.filter(status=Status.INSPECTED).exclude(pk__in=tested).order_by("status_at", "pk")
    channels = Channel.objects.filter(instrument_id=year.instruments["CYC-1"], is_active=True).order_by("pk")
    for pack, channel in zip(packs, channels, strict=False):
        start_use(
            channel_id=channel.pk,
            pack_id=pack.pk,
            procedure_id=year.procedures["field-capacity"],
            actor=year.who("warehouse2"),
            at=at,
        )


def end_tests(year: Year, at: datetime) -> None:
    """End all tests that run."""
    for use in ChannelUse.objects.filter(ended_at__isnull=True).order_by("pk"):
        end_use(use_id=use.pk, actor=year.who("warehouse2"), at=at)


def free_channels(year: Year, at: datetime) -> None:
    """End the tests that run, and give the first of them up."""
    for number, use in enumerate(ChannelUse.objects.filter(ended_at__isnull=True).order_by("pk")):
        verb = end_use if number else cancel_use
        verb(use_id=use.pk, actor=year.who("warehouse2"), at=at)


def _row(year: Year, row: Pack, at: datetime, chance: Random) -> SohReportInput:
    kind, tool, offset, spread = READERS[row.supplier.code]
    pack = year.pack(row)
    is_late = kind == "telematics" and at > year.ends_at - timedelta(days=NEW_FIRMWARE_DAYS)
    reported = float(pack.soh_percent) + offset + 4 * is_late + chance.gauss(0, spread)
    return SohReportInput(
        pack_id=row.pk,
        kind=kind,
        value_percent=min(max(rounded(reported, 1), Decimal(0)), Decimal(100)),
        read_at=at - timedelta(hours=1, minutes=row.pk % 50),
        firmware=_firmware(pack),
        tool=tool,
    )


def _firmware(pack: TruePack) -> str:
    return "1.8" if pack.produced.year < 2019 else "2.3"
