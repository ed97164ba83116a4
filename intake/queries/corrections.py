"""The steps in which a file was mended, and what is in force of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.manifest.corrections import Corrections
from intake.models import Manifest, ManifestCorrection
from rebattery.accounts.models import User
from rebattery.audit.trail import events

Kind = ManifestCorrection.Kind
SET_ASIDE = "set_aside"
"""In the payload of an answer: the sheet or the delimiter changes, and what it moves is set aside."""
STAFF = "ReBattery"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of mending, as a viewer may read it."""

    position: int
    kind: str
    label: str
    payload: Any
    made_at: datetime
    made_by: str
    """A supplier reads the names of its own people only."""
    is_undone: bool


def told_steps(*, manifest: Manifest, viewer: User) -> list[Step]:
    """Return every step of mending, oldest first, those undone included."""
    steps = list(ManifestCorrection.objects.filter(manifest=manifest).order_by("position"))
    names = _own_names(steps, viewer) if viewer.is_supplier else {}
    return [
        Step(
            position=step.position,
            kind=step.kind,
            label=step.label,
            payload=step.payload,
            made_at=step.made_at,
            made_by=names.get(step.pk, STAFF) if viewer.is_supplier else step.made_by,
            is_undone=step.undone_at is not None,
        )
        for step in steps
    ]


def _own_names(steps: list[ManifestCorrection], viewer: User) -> dict[int, str]:
    """Return who made a step, where that was somebody of the viewer's supplier."""
    made = events().filter(event_type="correction.made", subject_id__in=[step.pk for step in steps])
    people = dict(made.order_by("pk").values_list("subject_id", "person_id"))
    own = set(User.objects.filter(supplier=viewer.supplier).values_list("pk", flat=True))
    return {step.pk: step.made_by for step in steps if people.get(step.pk) in own}


def steps_of(*, manifest: Manifest) -> list[ManifestCorrection]:
    """Return the steps that are not undone, oldest first."""
    return list(ManifestCorrection.objects.filter(manifest=manifest, undone_at=None).order_by("position"))


def corrections_of(*, manifest: Manifest) -> Corrections:
    """Return the corrections of ``manifest`` in force."""
    return folded(steps_of(manifest=manifest))


def folded(steps: Iterable[ManifestCorrection]) -> Corrections:
    """Return what ``steps``, in their order, come to: a later answer, edit or choice of rows wins.

    What an answer sets aside does not count; once the answer is undone it counts again.
    """
    answers: dict[str, str] = {}
    cells: dict[int, dict[int, str]] = {}
    dropped: set[int] = set()
    for step in steps:
        payload: Any = step.payload
        if step.kind == Kind.ANSWER:
            if moved := payload.get(SET_ASIDE):
                kept = Corrections(answers, cells, frozenset(dropped)).outlasting(moved)
                answers, cells, dropped = dict(kept.answers), {}, set(kept.dropped)
            answers |= {name: value for name, value in payload.items() if name != SET_ASIDE}
        elif step.kind == Kind.CELLS:
            for row, edits in payload.items():
                cells.setdefault(int(row), {}).update({int(index): text for index, text in edits.items()})
        elif step.kind == Kind.DROP:
            dropped.update(payload)
        else:
            dropped.difference_update(payload)
    return Corrections(answers, cells, frozenset(dropped))


def in_force(history: Sequence[ManifestCorrection]) -> Corrections:
    """Return what all steps, the newest first and those undone included, come to."""
    return folded(step for step in reversed(history) if step.undone_at is None)


def rows_touched(step: ManifestCorrection) -> set[int] | None:
    """Return the rows that a step is about; None for an answer, which is about the whole file."""
    if step.kind == Kind.ANSWER:
        return None
    return {int(row) for row in step.payload}
