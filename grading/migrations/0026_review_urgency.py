"""The queue of reviews is sorted by urgency: read its first page from an index instead of sorting all."""

from django.db import migrations, models
from django.db.models import Case, DecimalField, F, Func, Q, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Left
from django.db.models.lookups import Exact

OPENED_S = Func(
    F("opened_at"),
    template="extract(epoch FROM %(expressions)s AT TIME ZONE 'UTC')",
    output_field=DecimalField(max_digits=20, decimal_places=6),
)


class Migration(migrations.Migration):
    dependencies = [("grading", "0025_dispute_goes_on")]

    operations = [
        migrations.AddIndex(
            model_name="reviewcase",
            index=models.Index(
                Case(
                    When(
                        Exact(Left("rule", 7), "SAFETY_"),
                        then=CombinedExpression(OPENED_S, "-", Value(31_536_000_000)),
                    ),
                    default=OPENED_S,
                ),
                F("id"),
                condition=Q(state__in=["open", "override_requested"]),
                name="review_urgency",
            ),
        ),
    ]
