"""One policy tried against another on the measured population, without a trace."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from grading.domain.columnar.comparing import Comparison, compare, moved_places
from grading.domain.columnar.deciding import Outcomes, decide_all
from grading.domain.columnar.population import Column
from grading.domain.policy import Policy
from grading.models import PolicyDraft, WhatIfMove, WhatIfReport
from grading.queries.policies import policies
from grading.queries.population import Identity, Taken, identity_of
from intake.models import Batch, PackType, Supplier

_KEPT: OrderedDict[tuple[Identity, str], Outcomes] = OrderedDict()
_MOST_KEPT = 4
"""Two bytes a pack each: the policy in force is judged once, however often a slider moves."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which packs a trial is about; everything left out is all."""

    supplier: str = ""
    """Code of the supplier."""
    pack_type: str = ""
    """Key of the type."""
    since: date | None = None
    """First day of measuring that counts."""
    until: date | None = None
    """Last day of measuring that counts."""

    def to_json(self) -> dict[str, str]:
        """Return what is not left out."""
        found = {"supplier": self.supplier, "pack_type": self.pack_type}
        found |= {"since": str(self.since or ""), "until": str(self.until or "")}
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True)
class Trial:
    """Both policies' outcomes on the packs of a scope."""

    old: Outcomes
    new: Outcomes
    within: NDArray[np.bool_] | None
    comparison: Comparison

    @property
    def moved(self) -> NDArray[np.int64]:
        """Places of the moved packs in the snapshot."""
        return moved_places(self.old, self.new, self.within)


def try_policy(*, taken: Taken, new: Policy, old: Policy, scope: Scope) -> Trial:
    """Judge every pack of ``taken`` by both policies and count what differs in ``scope``."""
    within = _within(taken, scope)
    before, after = outcomes(taken, old), decide_all(new, taken.population)
    groups = {name: _small(taken.keys[f"{name}_id"]) for name in ("supplier", "batch")}
    comparison = compare(
        before,
        after,
        usable_wh=taken.usable_wh,
        within=within,
        groups=groups | {"open_batch": _open(groups["batch"])},
    )
    return Trial(before, after, within, comparison)


def outcomes(taken: Taken, policy: Policy) -> Outcomes:
    """Return what ``policy`` concludes on every pack of ``taken``; kept for the next question."""
    key = (identity_of(taken.row), policy.sha256)
    if key not in _KEPT:
        _KEPT[key] = decide_all(policy, taken.population)
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[key]


def _within(taken: Taken, scope: Scope) -> NDArray[np.bool_] | None:
    return taken.within(
        supplier_id=_key(Supplier.objects.filter(code__iexact=scope.supplier)) if scope.supplier else None,
        pack_type_id=_key(PackType.objects.filter(key=scope.pack_type)) if scope.pack_type else None,
        since=scope.since,
        until=scope.until,
    )


def _key(rows: Any) -> int:
    """Return the key of the one row, or one that no pack has: an unknown name has no packs."""
    return rows.values_list("pk", flat=True).first() or -1


def _small(keys: Column) -> Column:
    return np.maximum(keys, 0)


def _open(batches: Column) -> Column:
    """Return the keys of those batches that are neither closed nor cancelled now, and 0 for the others."""
    is_open = np.zeros(int(batches.max(initial=0)) + 1, dtype=bool)
    keys = np.fromiter(Batch.objects.not_over().values_list("pk", flat=True), dtype=np.int64)
    is_open[keys[keys < len(is_open)]] = True
    return np.where(is_open[batches], batches, 0)


def names_of(comparison: Comparison) -> Mapping[str, dict[int, str]]:
    """Return the codes of the affected suppliers and the numbers of the affected batches, by key."""
    keys = {name: [item.key for item in most] for name, (_, most) in comparison.affected.items()}
    suppliers = Supplier.objects.filter(pk__in=keys.get("supplier", ()))
    batches = Batch.objects.filter(pk__in=[*keys.get("batch", ()), *keys.get("open_batch", ())])
    numbers = dict(batches.values_list("pk", "number"))
    return {
        "supplier": dict(suppliers.values_list("pk", "code")),
        "batch": numbers,
        "open_batch": numbers,
    }


def choices_in(taken: Taken) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the suppliers and the types that have packs in ``taken``, as code and label."""
    suppliers = Supplier.objects.filter(pk__in=taken.suppliers.tolist()).order_by("code")
    types = PackType.objects.filter(pk__in=taken.types.tolist()).order_by("key")
    return (
        [(row.code, row.code) for row in suppliers],
        [(row.key, str(row)) for row in types],
    )


def candidates() -> list[tuple[str, str]]:
    """Return what can be tried: published policies, drafts, and documents of reports, as key and label."""
    published = [(f"v{row.pk}", f"{row}, published") for row in policies()]
    drafts = PolicyDraft.objects.filter(state__in=PolicyDraft.OPEN).order_by("-id")
    written = [(f"d{row.pk}", f"{_draft_name(row)} by {row.author}: {row.title}") for row in drafts]
    known = policies().values_list("sha256", flat=True)
    reports = WhatIfReport.objects.exclude(document_sha256__in=known).order_by("document_sha256", "-id")
    tried = [
        (f"r{row.pk}", f"{_name(row.document)}, as in report {row.pk}")
        for row in reports.distinct("document_sha256")
    ]
    return [*published, *written, *tried]


def document_of(candidate: str) -> dict[str, Any]:
    """Return the policy document behind a key of :func:`candidates`.

    :raises KeyError: for anything else.
    """
    rows: dict[str, Any] = {
        "v": policies(),
        "d": PolicyDraft.objects.all(),
        "r": WhatIfReport.objects.all(),
    }
    row = rows[candidate[:1]].filter(pk=int(candidate[1:])).first() if candidate[1:].isdecimal() else None
    if row is None:
        raise KeyError(candidate)
    document: dict[str, Any] = row.document
    return document


def label_of(policy: Policy) -> str:
    """Name a policy that is tried; one that goes by the name of a published version says that it differs."""
    same = policies().filter(code=policy.id, version=policy.version).first()
    return f"{policy.label}, changed" if same and same.sha256 != policy.sha256 else policy.label


def name_of(candidate: str, policy: Policy) -> str:
    """Name what is tried by its key: a draft carries the version that it began from."""
    draft = PolicyDraft.objects.filter(pk=int(candidate[1:])).first() if candidate[:1] == "d" else None
    return _draft_name(draft) if draft else label_of(policy)


def reports() -> QuerySet[WhatIfReport]:
    """Return all reports, newest first."""
    return WhatIfReport.objects.select_related("against").order_by("-id")


def moves_of(report: WhatIfReport) -> QuerySet[WhatIfMove]:
    """Return the moved packs that a report lists, ready for a list."""
    moves = WhatIfMove.objects.filter(report=report)
    return moves.select_related("pack__supplier", "pack__batch", "pack__pack_type")


def _draft_name(draft: PolicyDraft) -> str:
    return f"{draft.document.get('id', '?')}, draft {draft.pk} revision {draft.revision}"


def _name(document: Mapping[str, Any]) -> str:
    return f"{document.get('id', '?')} v{document.get('version', '?')}"
