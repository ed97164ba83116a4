"""Runs of grading, decisions that end, and what a review knows of holds, scopes and who looked."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0018_suspended_decisions'),
        ('intake', '0006_calendar_life'),
    ]

    operations = [
        migrations.CreateModel(
            name='GradingRunPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('former_id', models.BigIntegerField()),
                ('outcome', models.CharField(blank=True, choices=[('', 'Waits'), ('decided', 'Decided again'), ('left', 'Left as it is')], default='', max_length=10)),
                ('why', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='GradingRunTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('worker', models.UUIDField()),
                ('kind', models.CharField(max_length=10)),
                ('grade', models.CharField(max_length=1)),
                ('route', models.CharField(max_length=20)),
                ('packs', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='GradingRunWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.IntegerField(default=0)),
                ('lease_token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReviewLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
                ('version', models.IntegerField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='decision',
            name='scope',
            field=models.CharField(blank=True, max_length=240),
        ),
        migrations.AddField(
            model_name='decision',
            name='valid_until',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='reviewcase',
            name='closed_pack_version',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='reviewcase',
            name='held_until',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='reviewcase',
            name='override_expires_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='reviewcase',
            name='override_scope',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='reviewcase',
            name='override_scope_note',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.CreateModel(
            name='GradingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('waiting', 'Packs that waited for their grade'), ('regrade', 'Graded again by request'), ('expiry', 'Grades that ran out')], max_length=10)),
                ('state', models.CharField(choices=[('queued', 'Running'), ('done', 'Done'), ('failed', 'Stopped')], default='queued', max_length=10)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('ordered_by_person_id', models.BigIntegerField(null=True)),
                ('ordered_by', models.CharField(max_length=120)),
                ('reason_code', models.CharField(blank=True, max_length=40)),
                ('reason', models.TextField(blank=True)),
                ('pack_count', models.IntegerField(null=True)),
                ('started_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.policyversion')),
            ],
        ),
        migrations.AddField(
            model_name='decision',
            name='run',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='grading.gradingrun'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('superseded_by__isnull', True), ('valid_until__isnull', False)), fields=['valid_until', 'pack'], name='decision_runs_out'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('run__isnull', False)), fields=['run', 'id'], name='decision_of_run'),
        ),
        migrations.AddField(
            model_name='gradingrunpack',
            name='pack',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='intake.pack'),
        ),
        migrations.AddField(
            model_name='gradingrunpack',
            name='run',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='packs', to='grading.gradingrun'),
        ),
        migrations.AddField(
            model_name='gradingruntally',
            name='run',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='grading.gradingrun'),
        ),
        migrations.AddField(
            model_name='gradingrunwork',
            name='grading_run',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='work', to='grading.gradingrun'),
        ),
        migrations.AddField(
            model_name='reviewlook',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='looks', to='grading.reviewcase'),
        ),
        migrations.AddIndex(
            model_name='gradingrun',
            index=models.Index(fields=['-started_at', '-id'], name='grading_run_newest'),
        ),
        migrations.AddConstraint(
            model_name='gradingrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'regrade'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='regrade_says_why'),
        ),
        migrations.AddConstraint(
            model_name='gradingrunpack',
            constraint=models.UniqueConstraint(fields=('run', 'pack'), name='grading_run_pack_once'),
        ),
        migrations.AddConstraint(
            model_name='gradingruntally',
            constraint=models.UniqueConstraint(fields=('run', 'worker', 'kind', 'grade', 'route'), name='grading_tally_once'),
        ),
        migrations.AddConstraint(
            model_name='reviewlook',
            constraint=models.UniqueConstraint(fields=('case', 'person_id'), name='review_look_once'),
        ),
    ]
