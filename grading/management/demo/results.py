"""Results that came to the demo as a file: read, mended in its workbook, recorded."""

import csv
import io
from datetime import datetime, timedelta

from grading.domain.results_file.annotated import Key, Line, write_annotated
from grading.domain.results_file.fields import Kind
from grading.management.demo.timeline import Year
from grading.models import SohReport
from grading.services import results_files

HEADINGS = ("Pack serial", "Kind of report", "Reported SOH (%)", "Read at (UTC)")
NAME = "read-outs of the week.csv"
_PACKS = 5


def send_read_outs(year: Year, at: datetime) -> None:
    """Send a second reading of some packs, with a slip of the pen that its workbook mends."""
    read = SohReport.objects.filter(kind="bms", superseded_by=None, pack__supplier__code="DEMO")
    rows = [
        [
            report.pack.serial,
            "bms",
            f"{report.value_percent:.1f}",
            f"{at - timedelta(hours=2):%Y-%m-%d %H:%M}",
        ]
        for report in read.select_related("pack").order_by("-pk")[:_PACKS]
    ]
    slipped = [row[:2] + [row[2].replace(".", "") if number == 0 else row[2], row[3]]
               for number, row in enumerate(rows)]  # fmt: skip
    actor = year.who("warehouse")
    file, _ = results_files.accept(
        file_name=NAME, content=_csv(slipped), record_if_clean=False, actor=actor, at=at
    )
    book = io.BytesIO()
    lines = (Line(number, row, ()) for number, row in enumerate(rows, start=2))
    key = Key(file_id=file.pk, version=file.version)
    write_annotated(book, key=key, sheets=[(Kind.REPORTED, HEADINGS, lines)], notes=())
    results_files.take_workbook(
        results_file_id=file.pk, file_name="mended.xlsx", content=book, actor=actor, at=at
    )
    results_files.record_file(results_file_id=file.pk, actor=actor, at=at)


def _csv(rows: list[list[str]]) -> io.BytesIO:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())
