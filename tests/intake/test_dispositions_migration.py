"""Packs of before: in law they are what they came as, and no event has to tell it."""

import os

import psycopg

from rebattery.embedded.pytest_plugin import in_database
from tests.database import migrate

BEFORE, AFTER = "0006_calendar_life", "0007_dispositions"
ADD = """
INSERT INTO intake_supplier (code, name, country, is_active, created_at) VALUES ('S', 'S', '', true, now());
INSERT INTO intake_storedfile (sha256, byte_count, media_type, stored_at) VALUES ('x', 1, '', now());
INSERT INTO intake_manifest (supplier_id, stored_file_id, file_name, state, received_at, received_by, summary,
    row_count, error_count, warning_count, refusal, intent, plan)
SELECT s.id, f.id, 'x', 'imported', now(), '', '{}', 0, 0, 0, '', 'announce_all', '{}'
FROM intake_supplier s, intake_storedfile f;
INSERT INTO intake_batch (number, supplier_id, manifest_id, announced_at)
SELECT 'B-1', m.supplier_id, m.id, now() FROM intake_manifest m;
INSERT INTO intake_pack (supplier_id, batch_id, row, serial, status, status_at, version, make, model,
    chemistry, declared_soh_method, ddr_status, received_as, history_completeness_percent,
    declared, declared_raw)
SELECT b.supplier_id, b.id, n, 'RB-' || n, 'announced', now(), 1, '', '',
    'NMC', '', 'none', word, 0, '{}', '{}'
FROM intake_batch b, (VALUES (1, 'product'), (2, 'waste')) AS w (n, word);
"""
STATUS = "SELECT serial, legal_status FROM intake_pack ORDER BY serial"
IS_PLAIN = """
SELECT is_generated, is_nullable FROM information_schema.columns
WHERE table_name = 'intake_pack' AND column_name = 'legal_status'
"""


def test_takes_each_pack_at_its_suppliers_word_and_goes_back(unmigrated):
    migrate(unmigrated, "intake", BEFORE)
    with psycopg.connect(in_database(os.environ["SUPERUSER_DATABASE_URL"], unmigrated)) as connection:
        for table in ("supplier", "manifest", "batch", "pack"):
            connection.execute(f"ALTER TABLE intake_{table} DISABLE TRIGGER ALL")
        connection.execute(ADD)
        for table in ("supplier", "manifest", "batch", "pack"):
            connection.execute(f"ALTER TABLE intake_{table} ENABLE TRIGGER ALL")
        connection.commit()

        migrate(unmigrated, "intake", AFTER)

        assert connection.execute(STATUS).fetchall() == [("RB-1", "product"), ("RB-2", "waste")]
        assert connection.execute(IS_PLAIN).fetchone() == ("NEVER", "NO")
        assert connection.execute("SELECT count(*) FROM audit_event").fetchone() == (0,)
        connection.commit()
        migrate(unmigrated, "intake", BEFORE)
        assert connection.execute(IS_PLAIN).fetchone() is None
