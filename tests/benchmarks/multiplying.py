"""One tested pack made into many, past the trail, which is not what is measured."""

from collections.abc import Mapping, Sequence

import psycopg

TESTS = ("intake_inspection", "grading_capacitytest", "grading_resistancetest")
Values = Mapping[str, Mapping[str, str]]
FLEET: Values = {
    "intake_pack": {"chemistry": "(ARRAY['LFP', 'NMC', 'LMO', 'NCA'])[1 + n %% 4]"},
    "grading_capacitytest": {"soh_percent": "round((10 + 90 * random())::numeric, 4)"},
    "grading_resistancetest": {"ir_ratio": "round((0.9 + 1.8 * random())::numeric, 4)"},
}
"""Packs of four chemistries in every state of health; ``n`` counts the packs, ``k`` is the pack of a test."""
ALL_B: Values = {
    "grading_capacitytest": {"soh_percent": "61 + (k.row * 7919 %% 180000) / 10000.0"},
    "grading_resistancetest": {"ir_ratio": "1 + (k.row * 104729 %% 9000) / 10000.0"},
}
"""Packs that get a B without a review, no two with the same results; the same ones each time."""


def multiply(
    connection: psycopg.Connection,
    pack_id: int,
    count: int,
    *,
    label: str,
    values: Values,
    with_rows: Sequence[str] = TESTS,
) -> None:
    """Give ``count`` more packs like this one, each with results of its own; serials begin with ``label``.

    :param with_rows: tables of which each pack gets what this one has.
    """
    tables = ("intake_pack", *with_rows)
    for table in tables:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    columns = _columns(connection, "intake_pack")
    own = {"serial": f"'{label}-' || n", "row": "n"} | values.get("intake_pack", {})
    made = connection.execute(
        f"INSERT INTO intake_pack ({', '.join(columns)})"
        f" SELECT {', '.join(own.get(name, f'p.{name}') for name in columns)}"
        " FROM intake_pack p, generate_series(1, %s) n WHERE p.id = %s",
        [count, pack_id],
    )
    assert made.rowcount == count
    for table in with_rows:
        columns = _columns(connection, table)
        own = {"pack_id": "k.id"} | values.get(table, {})
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {', '.join(own.get(name, f't.{name}') for name in columns)}"
            f" FROM {table} t, intake_pack k WHERE t.pack_id = %s AND k.serial LIKE '{label}-%%'",
            [pack_id],
        )
    for table in tables:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.execute(f"VACUUM ANALYZE {table}")


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'id' AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in rows]
