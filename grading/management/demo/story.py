"""The demo's year from its first day to yesterday, in one transaction."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from grading.domain.policy import seed_document
from grading.management.demo import (
    agreeing,
    arriving,
    changing,
    declaring,
    disputing,
    documents,
    drafting,
    measuring,
    mending,
    people,
    procedures,
    regrading,
    results,
    reviewing,
    sending_off,
    telling,
    tester_files,
    watching,
)
from grading.management.demo.fleet import KINDS, SOURCES
from grading.management.demo.people import Cast
from grading.management.demo.timeline import Year
from grading.services import instruments
from grading.services.policies import publish
from grading.services.telling import take_results_as_told
from intake.management.commands.load_catalogue import catalogue_rows
from intake.models import PackType
from intake.services.catalogue import change_pack_type, load_pack_types
from rebattery.actor import SYSTEM

SEED = 1974
_DAY = timedelta(days=1)
FILES_DAYS_AGO = (
    362, 346, 330, 314, 297, 280, 263, 247, 231, 214, 198, 181, 164, 147, 130, 113, 96, 79, 62, 45, 29,
    15, 10, 7, 4, 2,
)  # fmt: skip
"""When suppliers send files; the last ones are still on their way through the house."""
BASELINE_REASON = "Demo data: an assumed resistance of a new pack, not a value of the maker."


@transaction.atomic
def seed(*, at: datetime) -> None:
    """Live through the year that ends with the day before ``at``.

    One transaction: a seeding that is killed leaves nothing, and a running worker sees all of it at once.
    """
    ends_at = at.replace(hour=0, minute=0, second=0, microsecond=0)
    begins_at = ends_at - 365 * _DAY
    cast = people.bring_together(at=begins_at)
    policy = publish(document=seed_document(), actor=cast["administrator"], at=begins_at)
    load_pack_types(rows=catalogue_rows(), actor=SYSTEM, at=begins_at)
    opens_at = max(policy.effective_from, begins_at) + timedelta(hours=9)
    chance, bench_chance = Random(SEED), Random(SEED)  # noqa: S311  a story, not a secret
    year = Year(cast, chance, bench_chance, ends_at, opens_at)
    _equip(year, begins_at)
    watching.equip(year, begins_at)
    procedures.publish_all(year, begins_at)
    _set_baselines(cast, begins_at + 1 * _DAY)
    _plan(year)
    year.pass_by()
    take_results_as_told(at=at)  # a year of digests at once would bury the first that is news


def _plan(year: Year) -> None:
    morning = year.ends_at + timedelta(hours=9, minutes=10)
    for number, days in enumerate(FILES_DAYS_AGO):
        source = SOURCES[number % len(SOURCES)]
        year.later(morning - days * _DAY, arriving.send, source, year.random.randint(13, 18))
    for days in (300, 3):
        year.later(morning - days * _DAY, arriving.send, SOURCES[0], 6, True)
    year.later(morning - 299 * _DAY, arriving.read_again)
    year.later(morning - 200 * _DAY + timedelta(hours=2), mending.send_no_table)
    year.later(year.ends_at - timedelta(hours=7), mending.announce_in_part)
    year.later(year.ends_at - timedelta(hours=6), mending.answer_otherwise)
    year.later(morning - 250 * _DAY, lambda year, at: people.change_some(year.cast, at=at))
    year.later(morning - 120 * _DAY, _look_after_instruments)
    watching.plan(year)
    declaring.plan(year)
    drafting.plan(year)
    regrading.plan(year)
    sending_off.plan(year)
    for number, days in enumerate(range(350, 4, -11)):
        may_override = number % 3 == 0
        year.later(morning - days * _DAY + timedelta(hours=5), reviewing.review, may_override)
    year.later(morning - 60 * _DAY, reviewing.find_hazard)
    year.later(morning - 40 * _DAY + timedelta(hours=1), changing.cancel_a_batch)
    year.later(year.ends_at - timedelta(hours=9), arriving.withdraw_rest)
    year.later(year.ends_at - timedelta(hours=10), changing.correct_the_newest)
    year.later(year.ends_at - timedelta(hours=8), reviewing.ask_override)
    year.later(morning - 70 * _DAY + timedelta(hours=3), disputing.dispute_in_vain)
    year.later(morning - 66 * _DAY + timedelta(hours=3), disputing.dispute_with_success)
    year.later(morning - 30 * _DAY + timedelta(hours=2), telling.set_up_notices)
    year.later(morning - 28 * _DAY + timedelta(hours=2), documents.send_documents)
    year.later(year.ends_at - timedelta(hours=11), disputing.dispute_lately)
    for days in range(345, 0, -15):
        year.later(year.ends_at - days * _DAY - timedelta(hours=4), agreeing.read_out)
    for days in (*range(330, 0, -30), 1):
        year.later(year.ends_at - days * _DAY - timedelta(hours=3), agreeing.fit)
    for days in (140, 100, 60):
        year.later(year.ends_at - days * _DAY - timedelta(hours=2), agreeing.occupy_channels)
        year.later(year.ends_at - days * _DAY + timedelta(hours=6), agreeing.end_tests)
    year.later(year.ends_at - timedelta(hours=12), results.send_read_outs)
    year.later(year.ends_at - timedelta(hours=9, minutes=30), reviewing.ask_other_means)
    year.later(year.ends_at - timedelta(hours=33), agreeing.occupy_channels)
    year.later(year.ends_at - timedelta(hours=20), agreeing.free_channels)
    year.later(year.ends_at - timedelta(minutes=25), measuring.last_evening)
    year.later(year.ends_at - timedelta(minutes=20), tester_files.send_files)
    year.later(year.ends_at - timedelta(minutes=15), agreeing.occupy_channels)
    year.later(year.ends_at - timedelta(minutes=1), telling.send_mails)


def _equip(year: Year, at: datetime) -> None:
    """Add instruments: two good ones, one that lapsed two weeks ago, one about to lapse, one retired."""
    today = year.ends_at.date()
    kinds = {"CYC": ("Pack cycler 600 V", "cycler"), "IRT": ("Resistance tester", "ir_tester")}
    for code, until in (
        ("CYC-1", at.date() + 260 * _DAY),
        ("CYC-2", today + 9 * _DAY),
        ("CYC-3", today - 14 * _DAY),
        ("CYC-4", at.date() + 90 * _DAY),
        ("IRT-1", today + 200 * _DAY),
        ("IRT-2", today + 120 * _DAY),
    ):
        name, kind = kinds[code[:3]]
        instrument = instruments.create_instrument(
            code=code,
            name=name,
            kind=kind,
            maker_serial=f"DEMO-{code}",
            certificate_number=f"CAL-{at:%Y}-{code}",
            valid_from_date=at.date() - 30 * _DAY,
            valid_to_date=until,
            actor=year.who("administrator"),
            at=at,
        )
        year.instruments[code] = instrument.pk


def _look_after_instruments(year: Year, at: datetime) -> None:
    instruments.record_calibration(
        instrument_id=year.instruments["CYC-1"],
        certificate_number=f"CAL-{at:%Y}-CYC-1",
        valid_from_date=at.date() - 2 * _DAY,
        valid_to_date=_a_year_after(at.date()),
        actor=year.who("administrator"),
        at=at,
    )
    instruments.change_instrument(
        instrument_id=year.instruments["CYC-4"],
        name="Pack cycler 600 V",
        kind="cycler",
        maker_serial="DEMO-CYC-4",
        is_active=False,
        reason="Contactor worn out; not worth the repair.",
        actor=year.who("administrator"),
        at=at,
    )


def _a_year_after(day: date) -> date:
    return day + 365 * _DAY


def _set_baselines(cast: Cast, at: datetime) -> None:
    known = PackType.objects.filter(key__in=KINDS).in_bulk(field_name="key")
    for key, pack_type in sorted(known.items()):
        conditions = {
            "baseline_ir_mohm": Decimal(KINDS[key].baseline_mohm),
            "baseline_ir_method": "dc_pulse",
            "baseline_ir_pulse_s": Decimal(10),
            "baseline_ir_soc_percent": Decimal(50),
            "baseline_ir_temperature_degc": Decimal(25),
        }
        change_pack_type(
            pack_type_id=pack_type.pk, values=conditions, reason=BASELINE_REASON,
            actor=cast["administrator"], at=at,
        )  # fmt: skip
