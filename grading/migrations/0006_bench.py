"""Tables of the bench: channels, calibrations, procedures, tester files, reports, agreement, drafts."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0005_disputes'),
        ('intake', '0005_problems_on_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgreementFit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=14)),
                ('version', models.IntegerField()),
                ('fitted_at', models.DateTimeField()),
                ('fitted_by', models.CharField(max_length=120)),
                ('document', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='BenchDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('capacity', 'Capacity'), ('resistance', 'Resistance')], max_length=12)),
                ('values', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField()),
                ('saved_by_person_id', models.BigIntegerField(null=True)),
                ('saved_by', models.CharField(max_length=120)),
                ('version', models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='BenchRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('capacity', 'Capacity'), ('resistance', 'Resistance')], max_length=12)),
                ('head', models.JSONField(default=dict)),
                ('opened_at', models.DateTimeField()),
                ('opened_by_person_id', models.BigIntegerField(null=True)),
                ('opened_by', models.CharField(max_length=120)),
                ('closed_at', models.DateTimeField(null=True)),
                ('version', models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='Calibration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('certificate_number', models.CharField(max_length=60)),
                ('laboratory', models.CharField(blank=True, max_length=120)),
                ('valid_from_date', models.DateField()),
                ('valid_to_date', models.DateField()),
                ('has_passed', models.BooleanField(default=True)),
                ('file_name', models.CharField(blank=True, max_length=300)),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('person_id', models.BigIntegerField(null=True)),
                ('person_label', models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('is_active', models.BooleanField(default=True)),
                ('voltage_range_v', models.DecimalField(decimal_places=3, max_digits=8, null=True)),
                ('voltage_reading_percent', models.DecimalField(decimal_places=4, max_digits=6, null=True)),
                ('voltage_full_scale_percent', models.DecimalField(decimal_places=4, max_digits=6, null=True)),
                ('current_range_a', models.DecimalField(decimal_places=3, max_digits=8, null=True)),
                ('current_reading_percent', models.DecimalField(decimal_places=4, max_digits=6, null=True)),
                ('current_full_scale_percent', models.DecimalField(decimal_places=4, max_digits=6, null=True)),
                ('resistance_range_mohm', models.DecimalField(decimal_places=3, max_digits=9, null=True)),
                ('resistance_reading_percent', models.DecimalField(decimal_places=4, max_digits=6, null=True)),
                ('resistance_full_scale_percent', models.DecimalField(decimal_places=4, max_digits=6, null=True)),
                ('temperature_error_k', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('time_error_percent', models.DecimalField(decimal_places=4, max_digits=6, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ControlMeasurement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measured_value', models.DecimalField(decimal_places=4, max_digits=10)),
                ('reference_value', models.DecimalField(decimal_places=4, max_digits=10)),
                ('deviation_percent', models.DecimalField(decimal_places=3, max_digits=8)),
                ('tolerance_percent', models.DecimalField(decimal_places=3, max_digits=6)),
                ('has_passed', models.BooleanField()),
                ('measured_at', models.DateTimeField()),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('person_id', models.BigIntegerField(null=True)),
                ('person_label', models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='Derivation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('test_index', models.IntegerField(default=0)),
                ('file_sha256', models.CharField(max_length=64)),
                ('reader', models.CharField(max_length=60)),
                ('reader_version', models.CharField(max_length=30)),
                ('algorithm_version', models.CharField(max_length=30)),
                ('parameters', models.JSONField()),
                ('result', models.JSONField()),
                ('derived_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ProcedureVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('version', models.IntegerField()),
                ('kind', models.CharField(choices=[('capacity', 'Capacity test'), ('resistance', 'Resistance test'), ('screen', 'Quick screen')], max_length=12)),
                ('title', models.CharField(max_length=120)),
                ('document', models.JSONField()),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('published_at', models.DateTimeField()),
                ('published_by', models.CharField(max_length=120)),
                ('published_by_person_id', models.BigIntegerField(null=True)),
                ('retired_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ReferenceItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('quantity', models.CharField(choices=[('capacity_ah', 'Capacity (Ah)'), ('dcir_mohm', 'DC resistance (mΩ)'), ('acir_1khz_mohm', 'AC resistance at 1 kHz (mΩ)')], max_length=16)),
                ('reference_value', models.DecimalField(decimal_places=4, max_digits=10)),
                ('tolerance_percent', models.DecimalField(decimal_places=3, max_digits=6)),
                ('interval_days', models.PositiveIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='SohReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bms', 'Battery management system'), ('telematics', 'Telematics'), ('pulse_screen', 'Pulse screen'), ('soce', 'State of certified energy (SOCE)')], max_length=14)),
                ('value_percent', models.DecimalField(decimal_places=2, max_digits=6)),
                ('firmware', models.CharField(blank=True, max_length=60)),
                ('tool', models.CharField(blank=True, max_length=120)),
                ('read_at', models.DateTimeField()),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('person_id', models.BigIntegerField(null=True)),
                ('person_label', models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='TesterFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=300)),
                ('source', models.CharField(choices=[('page', 'Page'), ('api', 'API'), ('watch', 'Watched folder')], max_length=8)),
                ('state', models.CharField(choices=[('queued', 'Waiting to be read'), ('inbox', 'Needs a person'), ('ready', 'Ready to record'), ('recorded', 'Recorded'), ('refused', 'Cannot be read'), ('set_aside', 'Set aside')], default='queued', max_length=10)),
                ('why', models.TextField(blank=True)),
                ('candidates', models.JSONField(default=list)),
                ('answers', models.JSONField(default=dict)),
                ('received_at', models.DateTimeField()),
                ('received_by_person_id', models.BigIntegerField(null=True)),
                ('received_by', models.CharField(max_length=120)),
                ('version', models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='TesterFileRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.IntegerField(default=0)),
                ('lease_token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('rows_read', models.BigIntegerField(default=0)),
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
        migrations.AddField(
            model_name='capacitytest',
            name='ambient_degc',
            field=models.DecimalField(decimal_places=1, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name='capacitytest',
            name='members',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='capacitytest',
            name='u_soh_points',
            field=models.DecimalField(decimal_places=4, max_digits=8, null=True),
        ),
        migrations.AddField(
            model_name='capacitytest',
            name='uncertainty',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='ambient_degc',
            field=models.DecimalField(decimal_places=1, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='direction',
            field=models.CharField(blank=True, choices=[('discharge', 'Discharge'), ('charge', 'Charge')], max_length=10),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='u_ir_mohm',
            field=models.DecimalField(decimal_places=4, max_digits=9, null=True),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='u_ratio',
            field=models.DecimalField(decimal_places=4, max_digits=9, null=True),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='uncertainty',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='reviewcase',
            name='barred_instrument_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name='reviewcase',
            name='barred_person_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='agreementfit',
            constraint=models.UniqueConstraint(fields=('kind', 'version'), name='agreement_version_once'),
        ),
        migrations.AddField(
            model_name='benchdraft',
            name='pack',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='intake.pack'),
        ),
        migrations.AddField(
            model_name='benchdraft',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='grading.benchrun'),
        ),
        migrations.AddField(
            model_name='calibration',
            name='instrument',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calibrations', to='grading.instrument'),
        ),
        migrations.AddField(
            model_name='calibration',
            name='stored_file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.storedfile'),
        ),
        migrations.AddField(
            model_name='channel',
            name='instrument',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='channels', to='grading.instrument'),
        ),
        migrations.AddField(
            model_name='calibration',
            name='channel',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.channel'),
        ),
        migrations.AddField(
            model_name='capacitytest',
            name='channel',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.channel'),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='channel',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.channel'),
        ),
        migrations.AddField(
            model_name='controlmeasurement',
            name='channel',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.channel'),
        ),
        migrations.AddField(
            model_name='controlmeasurement',
            name='instrument',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.instrument'),
        ),
        migrations.AddField(
            model_name='derivation',
            name='superseded_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.derivation'),
        ),
        migrations.AddField(
            model_name='capacitytest',
            name='derivation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.derivation'),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='derivation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.derivation'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='procedure_version_once'),
        ),
        migrations.AddField(
            model_name='capacitytest',
            name='procedure',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.procedureversion'),
        ),
        migrations.AddField(
            model_name='resistancetest',
            name='procedure',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.procedureversion'),
        ),
        migrations.AddConstraint(
            model_name='capacitytest',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_by__isnull', True)), fields=('pack', 'basis'), name='capacity_test_one_current'),
        ),
        migrations.AddConstraint(
            model_name='resistancetest',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_by__isnull', True)), fields=('pack', 'method', 'pulse_duration_s'), name='resistance_test_one_current', nulls_distinct=False),
        ),
        migrations.AddField(
            model_name='controlmeasurement',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.referenceitem'),
        ),
        migrations.AddField(
            model_name='sohreport',
            name='pack',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.pack'),
        ),
        migrations.AddField(
            model_name='sohreport',
            name='procedure',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.procedureversion'),
        ),
        migrations.AddField(
            model_name='sohreport',
            name='superseded_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.sohreport'),
        ),
        migrations.AddField(
            model_name='testerfile',
            name='channel',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.channel'),
        ),
        migrations.AddField(
            model_name='testerfile',
            name='pack',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.pack'),
        ),
        migrations.AddField(
            model_name='testerfile',
            name='stored_file',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.storedfile'),
        ),
        migrations.AddField(
            model_name='derivation',
            name='tester_file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='derivations', to='grading.testerfile'),
        ),
        migrations.AddField(
            model_name='testerfilerun',
            name='tester_file',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='run', to='grading.testerfile'),
        ),
        migrations.AddConstraint(
            model_name='benchdraft',
            constraint=models.UniqueConstraint(condition=models.Q(('run__isnull', True)), fields=('pack', 'kind'), name='bench_draft_once_per_pack'),
        ),
        migrations.AddConstraint(
            model_name='benchdraft',
            constraint=models.UniqueConstraint(fields=('run', 'pack'), name='bench_draft_once_per_run'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(fields=('instrument', 'code'), name='channel_once'),
        ),
        migrations.AddConstraint(
            model_name='calibration',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to_date__gt', models.F('valid_from_date'))), name='calibration_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='calibration',
            constraint=models.UniqueConstraint(fields=('instrument', 'channel', 'certificate_number'), name='calibration_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='controlmeasurement',
            index=models.Index(fields=['instrument', 'item', 'measured_at'], name='grading_con_instrum_ad7b19_idx'),
        ),
        migrations.AddIndex(
            model_name='sohreport',
            index=models.Index(fields=['pack', 'id'], name='grading_soh_pack_id_810352_idx'),
        ),
        migrations.AddConstraint(
            model_name='sohreport',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_by__isnull', True)), fields=('pack', 'kind'), name='soh_report_one_current'),
        ),
        migrations.AddIndex(
            model_name='testerfile',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['id'], name='tester_file_queued'),
        ),
        migrations.AddIndex(
            model_name='testerfile',
            index=models.Index(fields=['state', 'id'], name='grading_tes_state_b33563_idx'),
        ),
        migrations.AddConstraint(
            model_name='derivation',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_by__isnull', True)), fields=('tester_file', 'test_index'), name='derivation_one_current'),
        ),
        guarded("grading_channel", "channel"),
        guarded("grading_calibration", "calibration"),
        guarded("grading_referenceitem", "reference_item"),
        guarded("grading_controlmeasurement", "control_measurement"),
        guarded("grading_procedureversion", "procedure"),
        guarded("grading_testerfile", "tester_file"),
        guarded("grading_derivation", "derivation"),
        guarded("grading_sohreport", "soh_report"),
        guarded("grading_agreementfit", "agreement"),
        only_columns_change("grading_calibration"),
        only_columns_change("grading_controlmeasurement"),
        only_columns_change("grading_procedureversion", "retired_at"),
        only_columns_change("grading_derivation", "superseded_by_id"),
        only_columns_change("grading_sohreport", "superseded_by_id"),
        only_columns_change("grading_agreementfit"),
    ]
