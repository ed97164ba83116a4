"""Fit the agreement of one kind of report with the bench, and freeze it as a version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from grading.domain.agreement.drift import NEWEST, Drift, drift_of
from grading.domain.agreement.groups import LEAST_PAIRS, MOST_DAYS_APART, Agreement, agreement_of
from grading.domain.agreement.shrinkage import (
    PRESORT_HALF_WIDTH,
    PRIOR_FREEDOM,
    Shrinkage,
    Shrunk,
    is_used,
    may_presort,
    shrink,
)
from grading.domain.canonical import sha256_of
from grading.models import AgreementFit, AgreementGroup
from grading.queries.agreement_pairs import PairRow, pairs_of
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.turns import await_turn

Level = AgreementGroup.Level
_QUANTUM = Decimal("0.0001")


class _Key(NamedTuple):
    """What the pairs of a group have in common; empty where a level takes all."""

    level: str
    supplier_id: int | None
    type_key: str
    variant: str


def fit_all(*, actor: Actor, at: datetime) -> list[AgreementFit]:
    """Fit every kind of report and return the versions in force."""
    return [fit for kind in AgreementFit.Kind if (fit := fit_agreement(kind=kind, actor=actor, at=at))]


@transaction.atomic
def fit_agreement(*, kind: str, actor: Actor, at: datetime) -> AgreementFit | None:
    """Fit ``kind`` to all pairs there are and freeze the result as its next version.

    The same pairs give the version that is there already; without any pair there is nothing to fit, and
    the answer is None.
    """
    await_turn("fit agreement")
    pairs: dict[_Key, list[PairRow]] = {}
    for row in pairs_of(kind=kind):
        for key in _keys(row):
            pairs.setdefault(key, []).append(row)
    if not pairs:
        return None
    alone = {key: agreement_of([row.pair for row in rows]) for key, rows in pairs.items()}
    finest = {key: agreement for key, agreement in alone.items() if key.level == Level.GROUP}
    together = shrink(finest)
    groups = [_values(key, pairs[key], agreement, together) for key, agreement in alone.items()]
    document = _document(finest, together)
    sha256 = sha256_of({"kind": str(kind), "document": document, "groups": groups})
    newest = AgreementFit.objects.filter(kind=kind).order_by("-version").first()
    if newest and newest.sha256 == sha256:
        return newest
    fit = AgreementFit.objects.create(
        kind=str(kind),
        version=newest.version + 1 if newest else 1,
        fitted_at=at,
        fitted_by=actor.label,
        document=document,
        sha256=sha256,
    )
    AgreementGroup.objects.bulk_create(
        [AgreementGroup(fit=fit, **values) for values in groups], batch_size=500
    )
    after = {"kind": fit.kind, "version": fit.version, "sha256": sha256}
    facts = {"pairs": document["pairs"], "groups": document["groups"], "sha256": sha256}
    event = Event(
        code="agreement.fitted", subject_id=fit.pk, subject_label=str(fit), after=after, facts=facts
    )
    record(events=[event], actor=actor, at=at)
    return fit


def _keys(row: PairRow) -> tuple[_Key, ...]:
    return (
        _Key(Level.GROUP.value, row.supplier_id, row.type_key, row.variant),
        _Key(Level.SUPPLIER.value, row.supplier_id, "", ""),
        _Key(Level.TYPE.value, None, row.type_key, ""),
    )


def _values(
    key: _Key, rows: Sequence[PairRow], alone: Agreement, together: Shrinkage[_Key] | None
) -> dict[str, Any]:
    """Return one group as its row holds it."""
    shrunk = together.groups.get(key) if together else None
    limits, prediction = alone.limits or (None, None), alone.prediction or (None, None)
    drift = _drift(rows, shrunk)
    return {
        **key._asdict(),
        "type_label": rows[-1].type_label if key.type_key else "",
        "n": alone.n,
        "bias": _points(alone.bias),
        "spread": _points(alone.spread),
        "limit_low": _points(limits[0]),
        "limit_high": _points(limits[1]),
        "limit_error": _points(alone.limit_error),
        "prediction_low": _points(prediction[0]),
        "prediction_high": _points(prediction[1]),
        **_part(alone.slope, slope="value", slope_low="low", slope_high="high"),
        **_part(shrunk, shrunk_bias="bias", shrunk_spread="spread", variance="variance"),
        **_part(shrunk, weight="weight", half_width="half_width"),
        **_part(drift, drift_mean="mean", drift_low="low", drift_high="high"),
        "is_used": is_used(alone, shrunk),
        "may_presort": may_presort(alone, shrunk),
        "has_drifted": drift is not None and drift.is_alarm,
        "test_ids": [row.test_id for row in rows],
        "report_ids": [row.report_id for row in rows if row.report_id is not None],
    }


def _part(source: object | None, **columns: str) -> dict[str, Decimal | None]:
    """Return the named figures of ``source`` by column, all None without it."""
    return {column: _points(getattr(source, name, None)) for column, name in columns.items()}


def _drift(rows: Sequence[PairRow], shrunk: Shrunk | None) -> Drift | None:
    if shrunk is None:
        return None
    newest = [row.pair.difference for row in rows[-NEWEST:]]
    return drift_of(newest, bias=shrunk.bias, spread=shrunk.spread)


def _document(finest: Mapping[_Key, Agreement], together: Shrinkage[_Key] | None) -> dict[str, Any]:
    """Return what all groups say together and the rules that it follows, decimals as strings."""
    found = {"pairs": sum(group.n for group in finest.values()), "groups": len(finest)}
    rules = {
        "most_days_apart": MOST_DAYS_APART,
        "least_pairs": LEAST_PAIRS,
        "prior_freedom": PRIOR_FREEDOM,
        "presort_half_width": str(PRESORT_HALF_WIDTH),
    }
    if together is None:
        return {**found, "rules": rules, "together": None}
    names = ("mean", "mean_variance", "between_variance", "spread", "new_group_half_width")
    shared = {name: _text(getattr(together, name)) for name in names}
    return {**found, "rules": rules, "together": shared}


def _points(value: float | None) -> Decimal | None:
    """Round once, to 0.0001 points, a half to the even digit."""
    return None if value is None else Decimal(value).quantize(_QUANTUM)


def _text(value: float | None) -> str | None:
    return None if value is None else str(_points(value))
