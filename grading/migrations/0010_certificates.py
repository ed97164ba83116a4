"""Keep every certificate of an instrument as a row of its own, and let wrong entries be withdrawn."""

from django.db import migrations, models
from django.db.models import Q

CARRY_OVER = """
WITH made AS (
    INSERT INTO grading_calibration
        (instrument_id, certificate_number, laboratory, valid_from_date, valid_to_date, has_passed,
         file_name, note, at, person_id, person_label)
    SELECT i.id, i.certificate_number, '', i.calibrated_from_date, i.calibrated_to_date, true, '', '',
           coalesce(e.at, now()), e.person_id, coalesce(e.actor_label, 'System')
    FROM grading_instrument i
    LEFT JOIN LATERAL (
        SELECT at, person_id, actor_label FROM audit_event
        WHERE subject_type = 'instrument' AND subject_id = i.id
          AND event_type IN ('instrument.created', 'instrument.calibrated')
        ORDER BY id DESC LIMIT 1
    ) e ON true
    ON CONFLICT DO NOTHING
    RETURNING id, instrument_id, certificate_number, valid_from_date, valid_to_date
)
INSERT INTO audit_event (at, event_type, subject_type, subject_id, subject_label, actor_kind, actor_label,
                         after, facts)
SELECT now(), 'calibration.carried_over', 'calibration', m.id, 'certificate ' || m.certificate_number,
       'system', 'System',
       jsonb_build_object('instrument_id', m.instrument_id, 'certificate_number', m.certificate_number,
                          'valid_from_date', m.valid_from_date, 'valid_to_date', m.valid_to_date,
                          'has_passed', true),
       jsonb_build_object('instrument', i.code, 'until', m.valid_to_date)
FROM made m JOIN grading_instrument i ON i.id = m.instrument_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# The columns come back filled; the trail already tells of each certificate, so no event is owed for that.
PUT_BACK = """
SELECT audit_unguard('grading_instrument');
UPDATE grading_instrument i SET certificate_number = c.certificate_number,
    calibrated_from_date = c.valid_from_date, calibrated_to_date = c.valid_to_date
FROM (SELECT DISTINCT ON (instrument_id) * FROM grading_calibration WHERE channel_id IS NULL AND has_passed
      ORDER BY instrument_id, valid_from_date DESC, id DESC) c
WHERE c.instrument_id = i.id;
UPDATE grading_instrument SET certificate_number = '-', calibrated_from_date = '1970-01-01',
    calibrated_to_date = '1970-01-02' WHERE certificate_number IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT audit_guard('grading_instrument', 'instrument', VARIADIC ARRAY[]::text[]);
"""
MAY_WITHDRAW = "GRANT UPDATE (withdrawn_at) ON {} TO rb_app"
NOT_ANY_MORE = "REVOKE UPDATE (withdrawn_at) ON {} FROM rb_app"
COLUMNS = {
    "certificate_number": models.CharField(max_length=60, null=True),
    "calibrated_from_date": models.DateField(null=True),
    "calibrated_to_date": models.DateField(null=True),
}


class Migration(migrations.Migration):
    dependencies = [("grading", "0009_agreement_and_channels")]
    operations = [
        migrations.AddField("instrument", "inactive_since_date", models.DateField(null=True)),
        migrations.AddField("calibration", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AddField("controlmeasurement", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "controlmeasurement",
            "item",
            models.ForeignKey(
                on_delete=models.deletion.PROTECT,
                related_name="control_measurements",
                to="grading.referenceitem",
            ),
        ),
        migrations.RemoveConstraint("calibration", "calibration_once"),
        migrations.AddConstraint(
            "calibration",
            models.UniqueConstraint(
                fields=["instrument", "channel", "certificate_number"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="calibration_once",
            ),
        ),
        # Nullable first: on the way back the columns exist before their values do.
        *(migrations.AlterField("instrument", name, field) for name, field in COLUMNS.items()),
        migrations.RunSQL(CARRY_OVER, PUT_BACK),
        *(migrations.RemoveField("instrument", name) for name in COLUMNS),
        *(
            migrations.RunSQL(MAY_WITHDRAW.format(table), NOT_ANY_MORE.format(table))
            for table in ("grading_calibration", "grading_controlmeasurement")
        ),
    ]
