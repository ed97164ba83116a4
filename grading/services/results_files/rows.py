"""The rows of a results file in their table."""

from collections.abc import Sequence

from grading.domain.results_file.fields import Kind
from grading.models import ResultsFile, ResultsFileRow
from grading.services.results_files.staged import Staged, restaged

_IN_RUN = {"capacity_run_id": (Kind.CAPACITY, Kind.MEMBERS), "resistance_run_id": (Kind.RESISTANCE,)}


def keep(file: ResultsFile, rows: Sequence[Staged]) -> None:
    """Write what is known of rows that the file may have already."""
    ResultsFileRow.objects.bulk_create(
        [
            ResultsFileRow(
                results_file=file,
                kind=row.kind.value,
                number=row.number,
                cells=list(row.cells),
                values=dict(row.values),
                problems=row.problems,
                has_error=row.has_error,
                pack=row.pack,
                result_id=row.result_id,
            )
            for row in rows
        ],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["results_file", "kind", "number"],
        update_fields=["cells", "values", "problems", "has_error", "pack", "result_id"],
    )


def all_rows(file: ResultsFile) -> list[Staged]:
    """Return every row of a file, ready to be judged again."""
    rows = ResultsFileRow.objects.filter(results_file=file).order_by("kind", "number")
    return restaged(rows, file.sheets)


def open_rows(file: ResultsFile) -> list[Staged]:
    """Return the rows that are neither recorded nor in a bench run, where they are mended and recorded."""
    elsewhere = {kind for name, kinds in _IN_RUN.items() if getattr(file, name) for kind in kinds}
    return [row for row in all_rows(file) if row.result_id is None and row.kind not in elsewhere]
