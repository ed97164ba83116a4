"""Lists and orders at 1,000,000 packs: a large new grading, the rejects by cause, the queue of reviews.

By name only: filling takes minutes. The trail is not what is measured, so its guard is off meanwhile.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from grading.domain.regrading import MOST_PACKS
from grading.queries.rejects import BY
from grading.services import reviews
from intake.models import Pack
from rebattery.accounts.roles import Role
from tests.benchmarks.measuring import RUNS, Result, median, seconds, superuser
from tests.benchmarks.multiplying import FLEET, TESTS, Values, multiply
from tests.evidence import GRADED_AT, make_reviews, publish_seed
from tests.factories import make_actor, make_pack_type, make_person, make_supplier
from tests.grading.regrading import make_graded, order
from tests.grading.services.reviews.acts import WHY, seen

GRADED, REJECTED, IN_REVIEW = 700_000, 200_000, 100_000
SUPPLIERS = 20
PAGES = 7
DECISION = "grading_decision"
CASE = "grading_reviewcase"
REJECTS = "SELECT count(*) FROM grading_decision WHERE superseded_by_id IS NULL AND grade IN ('D', 'Q', 'X')"
_SPREAD = {"decided_at": "t.decided_at - (k.row %% 700) * interval '1 day'"}
_CODE = "(ARRAY['FLOOR_PACK', 'FLOOR_WEAKEST', 'OLD'])[1 + k.row %% 3]"
_RULES = f"jsonb_set(t.reasons, '{{0,code}}', to_jsonb({_CODE}))"
_FINDING = (
    """CASE WHEN k.row %% 4 = 0 THEN '[{"code": "SWELLING"}, {"code": "LEAK"}]'::jsonb ELSE t.findings END"""
)


def results() -> Iterator[Result]:
    fill()
    yield from _orders()
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain):
        yield from _rejects()
        yield from _reviews()


def fill() -> None:
    """Make a fleet of which most is graded, a part rejected, and a part waits for its review."""
    publish_seed()
    person = make_actor(make_person(Role.REVIEWER))
    [confirmed], [waiting] = make_reviews(soh="15"), make_reviews(soh="15")
    reviews.confirm(cases=seen([confirmed]), why=WHY, actor=person, at=GRADED_AT)
    [graded] = make_graded()
    own = {"intake_pack": _owners()}
    rejects = {DECISION: _SPREAD | {"reasons": _RULES}, "intake_inspection": {"findings": _FINDING}}
    queue: Values = {
        CASE: {
            "decision_id": "(SELECT d.id FROM grading_decision d WHERE d.pack_id = k.id)",
            "rule": "CASE WHEN k.row %% 20 = 0 THEN 'SAFETY_DAMAGED' ELSE t.rule END",
            "opened_at": "t.opened_at - (k.row * 7919 %% 900000) * interval '1 second'",
        }
    }
    with superuser() as other:
        many: list[tuple[Pack, int, Values, tuple[str, ...]]] = [
            (graded, GRADED, FLEET | own, (DECISION,)),
            (confirmed.pack, REJECTED, own | rejects, (DECISION,)),
            (waiting.pack, IN_REVIEW, own | rejects | queue, (DECISION, CASE)),
        ]
        for number, (model, count, values, more) in enumerate(many):
            multiply(other, model.pk, count, label=f"FL{number}", values=values, with_rows=(*TESTS, *more))


def _owners() -> dict[str, str]:
    """Let the packs be of twenty suppliers and as many types."""
    suppliers = [make_supplier().pk for _ in range(SUPPLIERS)]
    types = [make_pack_type().pk for _ in range(SUPPLIERS)]
    return {
        "supplier_id": f"(ARRAY{suppliers})[1 + n %% {SUPPLIERS}]",
        "pack_type_id": f"(ARRAY{types})[1 + n / 7 %% {SUPPLIERS}]",
    }


def _orders() -> Iterator[Result]:
    """Order packs that no other order has, as many as one may hold and a tenth of them."""
    few = MOST_PACKS // 10
    start = 10  # past the pack that all are like, one of the first of its batch
    spent: dict[int, list[float]] = {few: [], MOST_PACKS: []}
    for _ in range(RUNS):
        for count in spent:
            spent[count].append(seconds(partial(_order, start, count)))
            start += count
    large, small = median(spent[MOST_PACKS]), median(spent[few])
    yield Result(f"s to order {MOST_PACKS:,} packs graded again", large, 30, at_least=False)
    yield Result(f"order of {MOST_PACKS:,} / of {few:,} packs", large / small, 15, at_least=False)


def _order(first: int, count: int) -> None:
    packs = Pack.objects.filter(status="graded", row__gte=first, row__lt=first + count)
    with transaction.atomic():
        assert order([], packs=packs).pack_count == count


def _rejects() -> Iterator[Result]:
    client = _client()
    with superuser() as other:
        counting = median([seconds(lambda: other.execute(REJECTS).fetchone()) for _ in range(PAGES)])
    for by in BY:
        spent = _page(client, reverse("reject_pareto"), {"by": by})
        yield Result(f"ms of rejects by {by}", spent * 1000, 2000, at_least=False)
        yield Result(f"rejects by {by} / counting them", spent / counting, 60, at_least=False)


def _reviews() -> Iterator[Result]:
    client = _client()
    spent = _page(client, reverse("review_queue"), {})
    by_key = _page(client, reverse("review_queue"), {"sort": "opened_at"})
    yield Result(
        f"ms of the queue of {IN_REVIEW:,} reviews, dangers first", spent * 1000, 2000, at_least=False
    )
    yield Result("queue, dangers first / by time alone", spent / by_key, 1.2, at_least=False)


def _client() -> Client:
    client = Client(HTTP_HOST="localhost")
    client.force_login(make_person(Role.REVIEWER))
    return client


def _page(client: Client, address: str, params: dict[str, Any]) -> float:
    def get() -> None:
        assert client.get(address, params).status_code == 200

    get()
    return median([seconds(get) for _ in range(PAGES)])
