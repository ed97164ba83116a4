"""How a migration puts a table under the trail's guard."""

from django.db.migrations import RunSQL


def guarded(table: str, subject_type: str, *silent_columns: str) -> RunSQL:
    """Return the operation after which no change of ``table`` commits without its event.

    :param silent_columns: columns that carry no judgement and may change alone, such as a last login.
    """
    arguments = ", ".join(f"'{word}'" for word in (table, subject_type))
    columns = ", ".join(f"'{column}'" for column in silent_columns)
    return RunSQL(
        f"SELECT audit_guard({arguments}, VARIADIC ARRAY[{columns}]::text[])",
        f"SELECT audit_unguard('{table}')",
    )


def only_columns_change(table: str, *columns: str) -> RunSQL:
    """Return the operation after which the application can neither delete a row of ``table`` nor edit it.

    :param columns: the exceptions, such as the pointer to the row that supersedes it.
    """
    grant = f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO rb_app" if columns else "SELECT 1"
    return RunSQL(
        f"REVOKE UPDATE, DELETE ON {table} FROM rb_app; {grant}",
        f"GRANT UPDATE, DELETE ON {table} TO rb_app",
    )
