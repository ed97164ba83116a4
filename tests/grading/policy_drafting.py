"""Make drafts of policies."""

import copy
from typing import Any

from grading.domain.columnar.comparing import Comparison
from grading.domain.policy import policy_sha256, seed_document
from grading.models import PolicyDraft, PolicyVersion, WhatIfReport
from grading.services.policy_drafts import propose_draft, start_draft
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from tests.factories import AT, make_actor, make_person


def make_draft(author: User | None = None, **changes: Any) -> PolicyDraft:
    """Begin a draft from the default policy, with ``changes`` of its document."""
    document = copy.deepcopy(seed_document()) | changes
    actor = make_actor(author or make_person("reviewer"))
    return start_draft(document=document, source="the default policy", actor=actor, at=AT)


def make_proposed(author: User | None = None, **changes: Any) -> PolicyDraft:
    """Begin a draft and propose it."""
    author = author or make_person("reviewer")
    draft = make_draft(author, **changes)
    return propose_draft(draft_id=draft.pk, revision=1, actor=make_actor(author), at=AT)


def with_floor(percent: str) -> dict[str, Any]:
    """Return the floors of the default policy, both at ``percent``."""
    return seed_document()["floors"] | {"pack_percent": percent, "weakest_percent": percent}


def make_report(against: PolicyVersion, draft: PolicyDraft, sha256: str, **changes: Any) -> WhatIfReport:
    """Keep a report that tried the draft's document."""
    told: dict[str, Any] = {
        "title": "Winter",
        "sha256": sha256,
        "document": draft.document,
        "document_sha256": policy_sha256(draft.document),
        "against": against,
        "snapshot_at": AT,
        "snapshot_sha256": "c" * 64,
        "numbers": {},
        "moves_kept": 0,
        "made_at": AT,
        "made_by": "A",
    }
    report = WhatIfReport.objects.create(**told | changes)
    event = Event(code="what_if_report.made", subject_id=report.pk, subject_label="Winter")
    record(events=[event], actor=SYSTEM, at=AT)
    return report


def numbers(*grades: tuple[str, str, int]) -> dict[str, Any]:
    """Return the numbers of a report with so many packs by old and new grade, all on their way as before."""
    packs = sum(count for *_, count in grades)
    routes = {("pack_reuse", "pack_reuse"): packs}
    counts = {(old, new): count for old, new, count in grades}
    moved = sum(count for old, new, count in grades if old != new)
    return Comparison(packs, moved, counts, routes, (0, 0)).to_json()
