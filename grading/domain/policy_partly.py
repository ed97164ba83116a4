"""A document beside a policy, compared as far as its decision tables are sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grading.domain.policy import Policy, parse_policy
from grading.domain.policy_comparison import Comparison, compare
from grading.domain.policy_faults import faults_in
from grading.domain.policy_own_tables import holding_row
from grading.domain.policy_table import rows_of, table_faults, table_names, with_rows

_OF_TABLES = ("bands", "chemistry_classes", "class_rules", "floors", "guard_band_pts")
"""The parts that the tables are made of; faults of the others do not keep them from being compared."""


@dataclass(frozen=True)
class Partly:
    """What of a document with faults can be compared."""

    policy: Policy | None
    """Judges as the tables would that are sound; None where they cannot be compared."""
    comparison: Comparison | None
    left_out: tuple[str, ...] = ()
    """Classes whose tables have faults of their own."""
    why_not: str = ""
    """The fault that keeps all of them from being compared."""


def compare_partly(old: Policy, document: Mapping[str, Any]) -> Partly:
    """Compare the tables of ``document``, which has faults, with those of ``old``."""
    try:
        tables = _tables_of(document, old.document)
        left_out = [name for name in table_names(tables) if table_faults(tables, rows_of(tables, name)).count]
        for name in left_out:
            tables = with_rows(tables, name, rows_of(old.document, name) or [holding_row()])
        faults = faults_in(tables)
    except (AttributeError, KeyError, TypeError) as error:
        return Partly(None, None, why_not=f"the tables cannot be read ({type(error).__name__}: {error})")
    if faults:
        return Partly(None, None, why_not=faults[0])
    policy = parse_policy(tables)
    missing = _chemistries(left_out, old, policy)
    return Partly(policy, compare(old, policy, without=missing), tuple(left_out))


def _tables_of(document: Mapping[str, Any], sound: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of ``document``, with what they do not say themselves taken from ``sound``."""
    found = {**sound, **{part: document[part] for part in _OF_TABLES}}
    found["overlays"] = []
    known = {code: text for code, text in document["texts"].items() if isinstance(text, str) and text}
    found["texts"] = {**sound["texts"], **dict.fromkeys(document["texts"], "–"), **known}
    # The terms behind a key of the warranty are compared field by field, beside the tables.
    some = next(iter(sound["warranty"].values()))
    found["warranty"] = {**dict.fromkeys(document["warranty"], some), **sound["warranty"]}
    return found


def _chemistries(classes: Sequence[str], *policies: Policy) -> frozenset[str]:
    return frozenset(
        code for policy in policies for code, treated in policy.treat_as.items() if treated in classes
    )
