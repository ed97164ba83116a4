"""Instruments can be declared bad; their results then carry the declaration and count no more."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import guarded, only_columns_change

TESTS = ("grading_capacitytest", "grading_resistancetest")


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0011_bench_runs'),
        ('intake', '0005_problems_on_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='InstrumentDeclaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since_at', models.DateTimeField()),
                ('reason', models.TextField()),
                ('state', models.CharField(choices=[('proposed', 'Waiting for a second person'), ('queued', 'Approved, being carried out'), ('done', 'In force'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10)),
                ('proposed_at', models.DateTimeField()),
                ('proposed_by_person_id', models.BigIntegerField()),
                ('proposed_by', models.CharField(max_length=120)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by_person_id', models.BigIntegerField(null=True)),
                ('settled_by', models.CharField(blank=True, max_length=120)),
                ('settled_because', models.TextField(blank=True)),
                ('measured_by_person_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('result_count', models.IntegerField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DeclaredPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(max_length=12)),
                ('fate', models.CharField(max_length=12)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='capacitytest',
            name='capacity_test_one_current',
        ),
        migrations.RemoveConstraint(
            model_name='resistancetest',
            name='resistance_test_one_current',
        ),
        migrations.CreateModel(
            name='DeclarationRun',
            fields=[
                ('declaration', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='run', serialize=False, to='grading.instrumentdeclaration')),
                ('attempts', models.IntegerField(default=0)),
                ('lease_token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='instrumentdeclaration',
            name='channel',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.channel'),
        ),
        migrations.AddField(
            model_name='instrumentdeclaration',
            name='instrument',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='grading.instrument'),
        ),
        migrations.AddField(
            model_name='capacitytest',
            name='invalidated_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.instrumentdeclaration'),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='invalidated_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.instrumentdeclaration'),
        ),
        migrations.AddIndex(
            model_name='capacitytest',
            index=models.Index(condition=models.Q(('invalidated_by__isnull', False)), fields=['invalidated_by'], name='capacity_test_invalidated'),
        ),
        migrations.AddIndex(
            model_name='resistancetest',
            index=models.Index(condition=models.Q(('invalidated_by__isnull', False)), fields=['invalidated_by'], name='resistance_test_invalidated'),
        ),
        migrations.AddConstraint(
            model_name='capacitytest',
            constraint=models.UniqueConstraint(condition=models.Q(('invalidated_by__isnull', True), ('superseded_by__isnull', True)), fields=('pack', 'basis'), name='capacity_test_one_current'),
        ),
        migrations.AddConstraint(
            model_name='resistancetest',
            constraint=models.UniqueConstraint(condition=models.Q(('invalidated_by__isnull', True), ('superseded_by__isnull', True)), fields=('pack', 'method', 'pulse_duration_s'), name='resistance_test_one_current', nulls_distinct=False),
        ),
        migrations.AddField(
            model_name='declaredpack',
            name='declaration',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='grading.instrumentdeclaration'),
        ),
        migrations.AddField(
            model_name='declaredpack',
            name='pack',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declared_bad', to='intake.pack'),
        ),
        migrations.AddConstraint(
            model_name='instrumentdeclaration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['queued', 'done']), _negated=True), models.Q(('settled_by_person_id__isnull', False), models.Q(('settled_by_person_id', models.F('proposed_by_person_id')), _negated=True)), _connector='OR'), name='declaration_needs_two_people'),
        ),
        migrations.AddConstraint(
            model_name='instrumentdeclaration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['queued', 'done']), _negated=True), models.Q(('measured_by_person_ids__contains', [models.F('settled_by_person_id')]), _negated=True), _connector='OR'), name='declaration_not_of_own_measurement'),
        ),
        migrations.AddConstraint(
            model_name='instrumentdeclaration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='declaration_settled_once'),
        ),
        migrations.AddConstraint(
            model_name='instrumentdeclaration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at__isnull', True)), _connector='OR'), name='declaration_done_once'),
        ),
        migrations.AddConstraint(
            model_name='instrumentdeclaration',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='declaration_says_why'),
        ),
        migrations.AddConstraint(
            model_name='instrumentdeclaration',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('instrument', 'channel'), name='declaration_one_proposed', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='declaredpack',
            constraint=models.UniqueConstraint(fields=('declaration', 'pack'), name='declared_pack_once'),
        ),
        guarded("grading_instrumentdeclaration", "instrument_declaration"),
        only_columns_change(
            "grading_instrumentdeclaration",
            "state",
            "settled_at",
            "settled_by_person_id",
            "settled_by",
            "settled_because",
            "measured_by_person_ids",
            "result_count",
            "done_at",
        ),
        only_columns_change("grading_declaredpack"),
        *[
            migrations.RunSQL(
                f"GRANT UPDATE (invalidated_by_id) ON {table} TO rb_app",
                f"REVOKE UPDATE (invalidated_by_id) ON {table} FROM rb_app",
            )
            for table in TESTS
        ],
    ]
