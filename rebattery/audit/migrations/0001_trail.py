"""The trail: append-only, stamped by the database, balanced against every guarded table."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL((SQL / "trail.sql").read_text(), (SQL / "trail_down.sql").read_text()),
        # Unmanaged: this only tells Django the shape of what the SQL has made.
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transaction_id', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('database_user', models.TextField()),
                ('at', models.DateTimeField()),
                ('event_type', models.TextField()),
                ('subject_type', models.TextField()),
                ('subject_id', models.BigIntegerField()),
                ('subject_label', models.TextField()),
                ('pack_id', models.BigIntegerField(null=True)),
                ('supplier_id', models.BigIntegerField(null=True)),
                ('actor_kind', models.TextField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('person_id', models.BigIntegerField(null=True)),
                ('actor_label', models.TextField()),
                ('reason_code', models.TextField(default='')),
                ('reason', models.TextField(default='')),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('request_id', models.TextField(default='')),
                ('job_id', models.TextField(default='')),
            ],
            options={
                'db_table': 'audit_event',
                'managed': False,
            },
        ),
    ]
