"""Steps of an inspection that several tests take."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from intake.domain.hazards import QUESTIONS
from intake.domain.inspection import IDENTITY, Observation
from intake.models import Inspection, Pack
from intake.services import inspections, photos
from tests.intake.pictures import jpeg

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
ALL_NO = {question.code: "no" for question in QUESTIONS} | {IDENTITY: "yes"}


def photographed(pack: Pack, actor) -> Pack:
    photos.add(pack_ids=[pack.pk], slot="label", file_name="a.jpg", content=jpeg(), actor=actor, at=NOW)
    return pack


def full(pack: Pack, **changes) -> Observation:
    values = {"answers": ALL_NO, "isolation_kohm": Decimal(500), "pack_voltage_v": Decimal(350)}
    return Observation(pack_id=pack.pk, **values | changes)


def submit(*observations: Observation, actor, at=NOW) -> list[Inspection]:
    return inspections.submit(observations=observations, actor=actor, at=at)


def report(pack: Pack, *codes: str, actor, at=NOW) -> list[Inspection]:
    return inspections.report_hazard(pack_ids=[pack.pk], codes=codes, note="", actor=actor, at=at)


def status_of(pack: Pack) -> str:
    return Pack.objects.get(pk=pack.pk).status
