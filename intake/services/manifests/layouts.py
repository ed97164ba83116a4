"""Answers about the columns of a layout, remembered per supplier so that they are asked once only."""

from collections.abc import Mapping
from datetime import datetime

from intake.domain.manifest.layout.layouts import layout_sha256
from intake.models import KnownLayout, Manifest
from intake.queries.corrections import corrections_of
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

_ABOUT_COLUMNS = ("column:", "unit:", "decimal:", "dates:")
_LAYOUTS = 100
"""Of a supplier's layouts the latest ones are offered to a reading."""


def layouts_for(*, manifest: Manifest) -> dict[str, dict[str, str]]:
    """Return the layouts that the supplier has answered about: hash of the heading to the answers.

    What ``manifest`` was read with before is offered to it again, so that it is announced as it was checked.
    """
    known = KnownLayout.objects.filter(supplier_id=manifest.supplier_id).order_by("-updated_at", "-pk")
    layouts = dict(known.values_list("layout_sha256", "answers")[:_LAYOUTS])
    if read_as := manifest.summary.get("layout"):
        layouts[read_as] = {entry["id"]: entry["value"] for entry in manifest.summary["remembered"]}
    return layouts


def remember(*, manifest: Manifest, actor: Actor, at: datetime) -> KnownLayout | None:
    """Keep the answers about columns that ``manifest`` was read with, for the next file of its layout.

    Must run inside a transaction. Returns None when there is nothing new to remember.
    """
    heading = manifest.plan.get("heading", [])
    used = {entry["id"]: entry["value"] for entry in manifest.summary.get("remembered", ())}
    answers = _about_columns(used | dict(corrections_of(manifest=manifest).answers))
    if not heading or not answers:
        return None
    layout, is_new = KnownLayout.objects.select_for_update().get_or_create(
        supplier_id=manifest.supplier_id,
        layout_sha256=layout_sha256(heading),
        defaults={"headings": heading, "answers": answers, "updated_at": at},
    )
    before = None if is_new else {"answers": layout.answers, "updated_at": layout.updated_at}
    if not is_new:
        if layout.answers == answers:
            return None
        layout.answers, layout.updated_at = answers, at
        layout.save(update_fields=["answers", "updated_at"])
    columns = len({name.partition(":")[2] for name in answers})
    event = Event(
        code="layout.remembered" if is_new else "layout.changed",
        subject_id=layout.pk,
        subject_label=str(layout),
        supplier_id=manifest.supplier_id,
        before=before,
        after={"answers": answers, "updated_at": at} | ({"headings": heading} if is_new else {}),
        facts={"columns": columns, "file": manifest.file_name},
    )
    record(events=[event], actor=actor, at=at)
    return layout


def _about_columns(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in answers.items() if name.startswith(_ABOUT_COLUMNS)}
