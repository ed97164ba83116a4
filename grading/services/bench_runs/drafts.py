"""Drafts of a pack's own page: kept while somebody types, gone when the result is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from grading.domain.bench_fields import as_kept
from grading.domain.member_lines import LONGEST
from grading.models import BenchDraft, CapacityTest, ResistanceTest
from grading.models.test_run import STANDS
from grading.queries.bench_runs import draft_of
from grading.services.test_runs import (
    CapacityInput,
    NotAtBench,
    ResistanceInput,
    record_capacity,
    record_resistance,
)
from grading.services.test_runs.checks import key_of
from intake.domain.lifecycle import Status
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor
from rebattery.errors import RuleViolation

T = TypeVar("T")


class DraftChanged(RuleViolation):
    """Somebody else has typed values for this pack since you opened it."""

    code = "draft_changed"

    def __init__(self, draft: BenchDraft, mine: Mapping[str, str]):
        self.draft = draft
        who = draft.saved_by
        super().__init__(
            f"{who} typed values for this pack at {draft.saved_at:%H:%M} UTC, after you opened it. Nothing is"
            " lost: what only one of you typed is kept, and where you differ both are shown. Check and save"
            " again.",
            fields={name: f"{who} typed: {text}" for name, text in differences(mine, draft.values).items()},
        )


class ResultUnseen(RuleViolation):
    """Somebody recorded a result of this kind after you opened this page. Nothing was recorded."""

    code = "result_unseen"


class DraftGone(RuleViolation):
    """These values were recorded meanwhile. Reload the page."""

    code = "draft_gone"


def differences(mine: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """Return what ``theirs`` says where both say something and differ, by field."""
    return {name: text for name, text in theirs.items() if text and mine.get(name) and mine.get(name) != text}


@transaction.atomic
def save_draft(
    *, pack_id: int, kind: str, values: Mapping[str, str], seen_version: int, actor: Actor, at: datetime
) -> BenchDraft:
    """Keep what is typed and not submitted yet; nothing follows from it.

    :param kind: capacity or resistance.
    :param seen_version: of the draft that the person had before them, 0 without one.
    :raises NotAtBench: when the pack is not between inspection and grading.
    :raises DraftChanged: when somebody else's draft holds what the person may not know.
    :raises DraftGone: when the draft that the person had before them is recorded.
    """
    [pack] = lock_packs(pack_ids=[pack_id])
    if pack.status != Status.INSPECTED:
        raise NotAtBench(f"{pack.serial} is {pack.get_status_display().lower()}: nothing is measured of it.")
    draft = _known(pack_id, kind, values, seen_version, actor)
    if draft is None and seen_version:
        raise DraftGone
    return _write(draft or BenchDraft(pack=pack, kind=kind, version=0), values, actor, at)


def submit_capacity(
    *,
    row: CapacityInput,
    values: Mapping[str, str],
    seen_version: int,
    actor: Actor,
    at: datetime,
    newest_seen: int | None = None,
) -> CapacityTest:
    """Record what is typed on a pack's page, and drop the draft of it; what is refused is kept as the draft.

    :param newest_seen: the newest capacity test that the person had before them, 0 without one.
    :raises DraftChanged: when somebody else's draft holds what the person may not know.
    :raises ResultUnseen: when it would take the place of a result that they have not seen.

    Refuses all that :func:`grading.services.test_runs.record_capacity` refuses.
    """
    typed = _Typed(row, CapacityTest, "capacity", values, seen_version, newest_seen)
    return _submit(typed, lambda: record_capacity(rows=[row], actor=actor, at=at)[0], actor, at)


def submit_resistance(
    *,
    row: ResistanceInput,
    values: Mapping[str, str],
    seen_version: int,
    actor: Actor,
    at: datetime,
    newest_seen: int | None = None,
) -> ResistanceTest:
    """Record what is typed on a pack's page, and drop the draft of it; what is refused is kept as the draft.

    :param newest_seen: the newest resistance that the person had before them, 0 without one.
    :raises DraftChanged: when somebody else's draft holds what the person may not know.
    :raises ResultUnseen: when it would take the place of a result that they have not seen.

    Refuses all that :func:`grading.services.test_runs.record_resistance` refuses.
    """
    typed = _Typed(row, ResistanceTest, "resistance", values, seen_version, newest_seen)
    return _submit(typed, lambda: record_resistance(rows=[row], actor=actor, at=at)[0], actor, at)


@dataclass(frozen=True)
class _Typed:
    row: CapacityInput | ResistanceInput
    model: type[CapacityTest] | type[ResistanceTest]
    kind: str
    values: Mapping[str, str]
    seen_version: int
    newest_seen: int | None

    def refuse_unseen(self) -> None:
        """Refuse to take the place of a result that the person has not seen."""
        if self.newest_seen is None:
            return
        newer = self.model.objects.filter(STANDS, pack_id=self.row.pack_id, pk__gt=self.newest_seen)
        for result in newer:
            if key_of(self.model, result) == key_of(self.model, self.row):
                raise ResultUnseen(
                    f"{result.person_label} recorded a result of this kind at {result.at:%H:%M} UTC, after"
                    " you opened this page. Nothing was recorded: look at it first."
                )


def _submit(typed: _Typed, record: Callable[[], T], actor: Actor, at: datetime) -> T:
    with transaction.atomic():
        [pack] = lock_packs(pack_ids=[typed.row.pack_id])
        draft = _known(typed.row.pack_id, typed.kind, typed.values, typed.seen_version, actor)
        try:
            with transaction.atomic():
                if draft:
                    BenchDraft.objects.filter(pk=draft.pk).delete()
                typed.refuse_unseen()
                return record()
        except RuleViolation as refused:
            refusal = refused
        # A draft that was seen and is gone is recorded: its values do not come back.
        is_recorded = draft is None and typed.seen_version
        if pack.status == Status.INSPECTED and not is_recorded:
            _write(draft or BenchDraft(pack=pack, kind=typed.kind, version=0), typed.values, actor, at)
    # Raised only here: what is typed stays, what recording it began does not.
    raise refusal


def _known(
    pack_id: int, kind: str, values: Mapping[str, str], seen_version: int, actor: Actor
) -> BenchDraft | None:
    draft = draft_of(pack_id=pack_id, kind=kind)
    kept = _kept(values)
    if draft and _is_news(draft, kept, seen_version, actor):
        raise DraftChanged(draft, kept)
    return draft


def _kept(values: Mapping[str, str]) -> dict[str, str]:
    return {name: as_kept(text)[:LONGEST] for name, text in values.items() if text.strip()}


def _write(draft: BenchDraft, values: Mapping[str, str], actor: Actor, at: datetime) -> BenchDraft:
    draft.values, draft.version = _kept(values), draft.version + 1
    draft.saved_at, draft.saved_by, draft.saved_by_person_id = at, actor.label, actor.person_id
    draft.save()
    return draft


def _is_news(draft: BenchDraft, mine: Mapping[str, str], seen_version: int, actor: Actor) -> bool:
    """Return whether ``draft`` holds what the author of ``mine`` may not know."""
    if draft.version == seen_version:
        return False
    # The page saves a field while its "Record" is on the way. That draft says nothing that is new to it, even
    # if a field was changed once more in between; what only another window of the person knows is news.
    is_own = actor.person_id is not None and draft.saved_by_person_id == actor.person_id
    if is_own and draft.version == seen_version + 1:
        return not draft.values.keys() <= mine.keys()
    return any(mine.get(name) != as_kept(text) for name, text in draft.values.items())
