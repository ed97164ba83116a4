"""Decision tables as a page shows them to be read: of a published policy, of a draft beside the live one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grading.domain.policy_own_tables import may_have_own_table
from grading.domain.policy_table import TableFaults, chemistries_of, rows_of, table_faults
from grading.domain.policy_words import Row, Table, decision_tables
from grading.queries.policies import Standing
from grading.web.policy_rows import shown_rows
from rebattery.naming import counted


@dataclass(frozen=True)
class ReadRow:
    """One row in words."""

    words: Row
    directions: Sequence[str] = ()
    """Against the live policy; empty where nothing can be compared."""
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class ReadTable:
    """One table in words, with what is wrong in it."""

    table: Table
    rows: Sequence[ReadRow]
    fault_count: int = 0
    faults: Sequence[str] = ()
    """Those that belong to no row."""
    may_get_tables: bool = False
    """It has no rows, and a chemistry of it could get a table."""

    @property
    def hint(self) -> str:
        """Count the faults."""
        return f"{counted(self.fault_count, 'fault')} to mend" if self.fault_count else ""

    @property
    def is_edited(self) -> bool:
        """Tell whether it has rows to edit; a class without a table follows one rule."""
        return bool(self.rows)


def published_tables(document: Mapping[str, Any]) -> list[ReadTable]:
    """Return the tables of a sound policy."""
    return [ReadTable(table, [ReadRow(row) for row in table.rows]) for table in decision_tables(document)]


def draft_tables(document: Mapping[str, Any], standing: Standing) -> list[ReadTable]:
    """Return the tables of a draft as they stand, each row with its faults and its way against the live."""
    return [_of_draft(document, table, standing) for table in decision_tables(document)]


def _of_draft(document: Mapping[str, Any], table: Table, standing: Standing) -> ReadTable:
    codes = chemistries_of(document, table.name)
    if not table.rows:
        may = any(may_have_own_table(document, code) for code in codes)
        return ReadTable(table, (), may_get_tables=may)
    rows = rows_of(document, table.name)
    faults = table_faults(document, rows)
    comparison = None if table.name in standing.left_out else standing.comparison
    shown = shown_rows(rows, faults, comparison, standing.policy, codes)
    read = [
        ReadRow(words, row.directions, _faults_of(row.number, faults))
        for words, row in zip(table.rows, shown, strict=True)
    ]
    return ReadTable(table, read, faults.count, faults.whole)


def _faults_of(number: int, faults: TableFaults) -> list[str]:
    return [fault for (row, _), found in faults.cells.items() if row == number for fault in found]
