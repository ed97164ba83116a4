"""Which of a pack's standing results counts where several kinds stand side by side.

Methods never mix: a pack can have one standing capacity test by charge and one by energy, and one standing
resistance of each method and pulse length. The policy judges one of each. The order is fixed here and looks
at kinds only, never at values: otherwise the most favorable of several tests would grade the pack.
"""

from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Case, DecimalField, F, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from grading.models import CapacityTest, ResistanceTest
from grading.models.test_run import STANDS

T = TypeVar("T", bound=Model)
GRADING_PULSE_S = Decimal(10)
"""The pulse length that grades where the procedure names none (CYCLERS 3.2)."""

_SECONDS: Any = DecimalField(max_digits=6, decimal_places=1)
_PROCEDURES_PULSE = Cast(
    KeyTextTransform("grading_pulse_s", KeyTransform("resistance", "procedure__document")), _SECONDS
)
_SAME_PULSE = Q(pulse_duration_s=F("baseline_pulse_s")) | Q(
    pulse_duration_s__isnull=True, baseline_pulse_s__isnull=True
)


def _first(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))


_ORDERS: dict[type[Model], tuple[Any, ...]] = {
    # Charge before energy: charge bounds the weakest group, and no resistance of the test enters it.
    CapacityTest: (_first(Q(basis=CapacityTest.Basis.AH)), "basis", "-pk"),
    ResistanceTest: (
        # Only a baseline of the same kind gives the ratio that the policy judges.
        _first(Q(method=F("baseline_method")) & _SAME_PULSE),
        # Of several such kinds the one that the procedure declares beforehand.
        _first(
            Q(
                method=ResistanceTest.Method.DC_PULSE,
                pulse_duration_s=Coalesce(_PROCEDURES_PULSE, Value(GRADING_PULSE_S, _SECONDS)),
            )
        ),
        # What is left is only to be the same every time: DC before AC, then the shortest pulse.
        _first(Q(method=ResistanceTest.Method.DC_PULSE)),
        F("pulse_duration_s").asc(nulls_last=True),
        "-pk",
    ),
}


def counting_first(tests: QuerySet[T]) -> QuerySet[T]:
    """Keep the standing results of ``tests``, for each pack the one that counts first."""
    return tests.filter(STANDS).order_by(*_ORDERS[tests.model])


def counting_value(model: type[Model], column: str) -> Subquery:
    """Return ``column`` of the result that counts, for the pack of the outer query."""
    tests = model._default_manager.filter(pack=OuterRef("pk"))
    return Subquery(counting_first(tests).values(column)[:1])


def counting_sql(model: type[Model], pack: str) -> tuple[str, tuple[Any, ...]]:
    """Return the query of the one result that counts, to join sideways, with its parameters.

    :param pack: the outer query's column that holds the pack's key; text of ours, never of a user.
    """
    tests = model._default_manager.filter(pack_id=RawSQL(pack, []))  # noqa: S611 (text of ours)
    return counting_first(tests)[:1].query.sql_with_params()
