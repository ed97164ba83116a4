"""Make the canonical tables of a file again when they are gone; no result changes by it."""

from pathlib import Path

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Unreadable
from grading.models import Derivation
from grading.services.tester_files.deriving import derived
from grading.services.tester_files.tables import keep_table, table_of


def keep_tables(*, derivation_id: int) -> bool:
    """Put the table of a current derivation back in its place; return whether it is there now.

    Each derivation is read with its own parameters, so the table is the one that its result came from.
    """
    rows = Derivation.objects.select_related("tester_file__stored_file")
    row = rows.filter(pk=derivation_id, superseded_by__isnull=True).first()
    if row is None:
        return False
    if table_of(row).exists():
        return True
    try:
        with derived(file=row.tester_file, parameters=Parameters.from_json(row.parameters)) as tests:
            if row.test_index >= len(tests) or not (table := tests[row.test_index]["table_path"]):
                return False
            keep_table(row, Path(table))
            return True
    except Unreadable:
        return False
