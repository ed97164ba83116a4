"""One tested pack made into many, past the trail, which is not what is measured."""

import psycopg

TESTS = ("intake_inspection", "grading_capacitytest", "grading_resistancetest")
PACK = {"serial": "'WI-' || n", "row": "n", "chemistry": "(ARRAY['LFP', 'NMC', 'LMO', 'NCA'])[1 + n %% 4]"}
VALUES = {
    "grading_capacitytest": {"soh_percent": "round((10 + 90 * random())::numeric, 4)"},
    "grading_resistancetest": {"ir_ratio": "round((0.9 + 1.8 * random())::numeric, 4)"},
}


def multiply(connection: psycopg.Connection, pack_id: int, count: int) -> None:
    """Give ``count`` more packs like this one, each with results of its own."""
    for table in ("intake_pack", *TESTS):
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    columns = _columns(connection, "intake_pack")
    values = ", ".join(PACK.get(name, f"p.{name}") for name in columns)
    connection.execute(
        f"INSERT INTO intake_pack ({', '.join(columns)}) SELECT {values}"
        " FROM intake_pack p, generate_series(1, %s) n WHERE p.id = %s",
        [count, pack_id],
    )
    for table in TESTS:
        columns = _columns(connection, table)
        own = {"pack_id": "k.id"} | VALUES.get(table, {})
        values = ", ".join(own.get(name, f"t.{name}") for name in columns)
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
            f" FROM {table} t, intake_pack k WHERE t.pack_id = %s AND k.serial LIKE 'WI-%%'",
            [pack_id],
        )
        connection.execute(f"VACUUM ANALYZE {table}")
    connection.execute("VACUUM ANALYZE intake_pack")


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'id' AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in rows]
