"""Rejected packs leave the house by an order; each pack is a product or waste in law."""

import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0006_calendar_life'),
    ]

    operations = [
        migrations.CreateModel(
            name='DispositionOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(choices=[('return', 'Return to the supplier'), ('recycling', 'Recycling')], max_length=10)),
                ('state', models.CharField(choices=[('ordered', 'Ordered'), ('handed_over', 'Handed over'), ('cancelled', 'Cancelled')], max_length=12)),
                ('consignee', models.JSONField()),
                ('pack_count', models.IntegerField()),
                ('reason', models.TextField()),
                ('transport_remark', models.TextField(blank=True)),
                ('ordered_at', models.DateTimeField()),
                ('ordered_by_person_id', models.BigIntegerField(null=True)),
                ('ordered_by', models.CharField(max_length=120)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_person_id', models.BigIntegerField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=120)),
                ('document_number', models.CharField(blank=True, max_length=80)),
                ('cancel_reason', models.TextField(blank=True)),
                ('version', models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='DispositionPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('ordered', 'Ordered'), ('handed_over', 'Handed_over'), ('released', 'Released')], max_length=12)),
                ('legal_status_before', models.CharField(choices=[('product', 'Product'), ('waste', 'Waste')], max_length=10)),
                ('hazards', models.JSONField(default=list)),
                ('transport_class', models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='WasteCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('applies_from', models.DateField(null=True)),
                ('applies_until', models.DateField(null=True)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='WasteOperator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('permit_number', models.CharField(max_length=80)),
                ('permit_valid_until', models.DateField()),
                ('country', models.CharField(max_length=2)),
                ('address', models.TextField()),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='pack',
            name='pack_once_per_supplier',
        ),
        # Generated once and then let go: the table is filled without a change that the trail would have to tell.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='pack',
                    name='legal_status',
                    field=models.CharField(choices=[('product', 'Product'), ('waste', 'Waste')], max_length=10),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    [
                        "ALTER TABLE intake_pack ADD COLUMN legal_status varchar(10) NOT NULL"
                        " GENERATED ALWAYS AS (received_as) STORED",
                        "ALTER TABLE intake_pack ALTER COLUMN legal_status DROP EXPRESSION",
                    ],
                    "ALTER TABLE intake_pack DROP COLUMN legal_status",
                ),
            ],
        ),
        migrations.AlterField(
            model_name='pack',
            name='status',
            field=models.CharField(choices=[('announced', 'Announced'), ('received', 'Received'), ('inspected', 'Inspected'), ('tested', 'Tested'), ('graded', 'Graded'), ('in_review', 'In review'), ('quarantined', 'Quarantined'), ('rejected', 'Rejected'), ('missing', 'Missing'), ('withdrawn', 'Withdrawn'), ('returned', 'Returned'), ('recycled', 'Recycled')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='pack',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'returned'), _negated=True), fields=('supplier', 'serial'), name='pack_once_per_supplier'),
        ),
        migrations.AddField(
            model_name='dispositionorder',
            name='supplier',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.supplier'),
        ),
        migrations.AddField(
            model_name='dispositionpack',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='intake.dispositionorder'),
        ),
        migrations.AddField(
            model_name='dispositionpack',
            name='pack',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dispositions', to='intake.pack'),
        ),
        migrations.AddField(
            model_name='dispositionorder',
            name='waste_code',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.wastecode'),
        ),
        migrations.AddConstraint(
            model_name='wasteoperator',
            constraint=models.UniqueConstraint(fields=('country', 'permit_number'), name='waste_operator_once_per_permit'),
        ),
        migrations.AddField(
            model_name='dispositionorder',
            name='operator',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='intake.wasteoperator'),
        ),
        migrations.AddConstraint(
            model_name='dispositionpack',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'released'), _negated=True), fields=('pack',), name='disposition_pack_in_one_order'),
        ),
        migrations.AddConstraint(
            model_name='dispositionpack',
            constraint=models.UniqueConstraint(fields=('order', 'pack'), name='disposition_pack_once_per_order'),
        ),
        migrations.AddIndex(
            model_name='dispositionorder',
            index=models.Index(fields=['state', 'id'], name='intake_disp_state_707436_idx'),
        ),
        migrations.AddIndex(
            model_name='dispositionorder',
            index=models.Index(fields=['ordered_at', 'id'], name='intake_disp_ordered_e79373_idx'),
        ),
        migrations.AddConstraint(
            model_name='dispositionorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'return'), ('operator__isnull', True), ('supplier__isnull', False)), models.Q(('kind', 'recycling'), ('operator__isnull', False), ('waste_code__isnull', False)), _connector='OR'), name='disposition_has_its_consignee'),
        ),
        migrations.AddConstraint(
            model_name='dispositionorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'ordered')), models.Q(('ended_at__isnull', False), ('state', 'handed_over'), models.Q(('document_number', ''), _negated=True)), models.Q(('ended_at__isnull', False), ('state', 'cancelled'), models.Q(('cancel_reason', ''), _negated=True)), _connector='OR'), name='disposition_ends_with_its_paper'),
        ),
        guarded("intake_wasteoperator", "waste_operator"),
        guarded("intake_wastecode", "waste_code"),
        guarded("intake_dispositionorder", "disposition"),
        guarded("intake_dispositionpack", "disposition_pack"),
        only_columns_change(
            "intake_dispositionorder",
            "state",
            "pack_count",
            "ended_at",
            "ended_by_person_id",
            "ended_by",
            "document_number",
            "cancel_reason",
            "version",
        ),
        only_columns_change("intake_dispositionpack", "state"),
    ]
