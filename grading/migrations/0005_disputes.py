"""Keep what suppliers dispute, under the trail's guard."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0004_bench_conditions'),
        ('intake', '0004_attachments'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'Waiting for an answer'), ('upheld', 'Upheld'), ('rejected', 'Rejected')], default='open', max_length=10)),
                ('comment', models.TextField()),
                ('opened_at', models.DateTimeField()),
                ('opened_by_person_id', models.BigIntegerField(null=True)),
                ('opened_by', models.CharField(max_length=120)),
                ('answer', models.TextField(blank=True)),
                ('remedy', models.CharField(blank=True, max_length=12)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by_person_id', models.BigIntegerField(null=True)),
                ('answered_by', models.CharField(blank=True, max_length=120)),
                ('barred_person_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('decision', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='grading.decision')),
                ('pack', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.pack')),
            ],
        ),
        migrations.CreateModel(
            name='DisputeFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=300)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='grading.dispute')),
                ('original', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.storedfile')),
                ('shown', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.storedfile')),
            ],
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['id'], name='dispute_open'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['pack', 'id'], name='grading_dis_pack_id_b0cb9b_idx'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['decision'], name='grading_dis_decisio_07a446_idx'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('decision',), name='dispute_one_open_per_decision'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('barred_person_ids__contains', [models.F('answered_by_person_id')]), _negated=True), name='dispute_not_of_own_work'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('answered_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='dispute_answered_in_words'),
        ),
        guarded("grading_dispute", "dispute"),
        guarded("grading_disputefile", "dispute_file"),
        only_columns_change(
            "grading_dispute",
            "state",
            "answer",
            "remedy",
            "answered_at",
            "answered_by_person_id",
            "answered_by",
            "barred_person_ids",
        ),
        only_columns_change("grading_disputefile"),
    ]
