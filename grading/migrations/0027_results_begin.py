"""Results are told from the birth of the database on, not from the first look for them."""

from django.db import migrations

BEGIN = """
INSERT INTO notices_watermark (name, transaction_id, at)
VALUES ('results', pg_current_xact_id()::text::bigint, now()) ON CONFLICT (name) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("grading", "0026_review_urgency"), ("notices", "0006_packs_ordered")]

    operations = [migrations.RunSQL(BEGIN, migrations.RunSQL.noop)]
