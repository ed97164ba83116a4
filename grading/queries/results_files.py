"""Files of results as lists and pages show them, and as workbooks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.db.models import Count, Q, QuerySet

from grading.domain.results_file.annotated import Line, write_annotated
from grading.domain.results_file.fields import LABELS, Kind
from grading.domain.results_file.reading import Key
from grading.models import ResultsFile, ResultsFileRow
from rebattery.accounts.models import User
from rebattery.dates import moment_in_words

NOTES = (
    "Mend the cells with color and send this workbook back on the page of the file.",
    "Rows with an empty first column are new. Rows that are deleted here stay as they are in the file.",
    "SOH is computed and never taken from the file.",
)


def results_files_for(*, viewer: User) -> QuerySet[ResultsFile]:
    """Return the files of results that ``viewer`` may see, with their numbers of rows."""
    rows = ResultsFile.objects.visible_to(viewer).select_related("stored_file", "work")
    return rows.annotate(row_count=Count("rows"), error_count=Count("rows", filter=Q(rows__has_error=True)))


def named(files: QuerySet[ResultsFile], text: str) -> QuerySet[ResultsFile]:
    """Keep the files whose name contains ``text`` or whose SHA-256 begins with it."""
    return files.filter(Q(file_name__icontains=text) | Q(stored_file__sha256__startswith=text.lower()))


def rows_of(*, file: ResultsFile) -> QuerySet[ResultsFileRow]:
    """Return the rows of a file with their packs."""
    return file.rows.select_related("pack").order_by("kind", "number", "pk")


def errors_of(*, file: ResultsFile) -> list[dict[str, Any]]:
    """Return every problem of a file with its kind and row, in their order."""
    rows = rows_of(file=file).exclude(problems=[]).values_list("kind", "number", "problems")
    return [{"kind": kind, "row": number, **one} for kind, number, found in rows for one in found]


def counts_of(*, file: ResultsFile) -> list[dict[str, Any]]:
    """Return for each kind of rows that the file holds how many there are, with errors, and recorded."""
    counted = file.rows.values("kind").annotate(
        rows=Count("pk"),
        errors=Count("pk", filter=Q(has_error=True)),
        recorded=Count("pk", filter=Q(result_id__isnull=False)),
    )
    found: Mapping[str, Any] = {one["kind"]: one for one in counted.order_by()}
    return [found[kind.value] | {"label": LABELS[kind]} for kind in Kind if kind.value in found]


def write_workbook(*, file: ResultsFile, target: IO[bytes], at: datetime) -> None:
    """Write the rows of a file with their problems marked, to be mended and sent back."""
    sheets: list[tuple[Kind, Sequence[str], Iterator[Line]]] = []
    for told in file.sheets:
        rows = file.rows.filter(kind=told["kind"]).order_by("number")
        lines = (Line(row.number, row.cells, row.problems) for row in rows.iterator(chunk_size=500))
        sheets.append((Kind(told["kind"]), [column["heading"] for column in told["columns"]], lines))
    note = f"{file.file_name}, as of {moment_in_words(at)}."
    key = Key(file_id=file.pk, version=file.version)
    write_annotated(target, key=key, sheets=sheets, notes=(note, *NOTES))
