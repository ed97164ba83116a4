"""Tell each supplier once which of its packs a declaration concerns, and what follows."""

from collections import defaultdict
from datetime import datetime

from django.db import connection
from django.urls import reverse

from grading.domain.blast_radius import MOST_NAMED, Fate, notice_text
from grading.models import InstrumentDeclaration
from rebattery.notices.domain.topics import Topic
from rebattery.notices.services import News, notify


def tell_suppliers(*, declaration: InstrumentDeclaration, at: datetime) -> int:
    """Tell the suppliers of the packs that a declaration changes something for; return how many."""
    fates: dict[int, dict[Fate, int]] = defaultdict(dict)
    serials: dict[int, dict[Fate, list[str]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.supplier_id, d.fate, count(*), (array_agg(p.serial ORDER BY p.serial))[:%s]
               FROM grading_declaredpack d JOIN intake_pack p ON p.id = d.pack_id
               WHERE d.declaration_id = %s AND d.fate <> %s GROUP BY 1, 2 ORDER BY 1, 2""",
            [MOST_NAMED, declaration.pk, Fate.UNTOUCHED.value],
        )
        for supplier_id, fate, count, named in cursor.fetchall():
            fates[supplier_id][Fate(fate)] = count
            serials[supplier_id][Fate(fate)] = named
    news = [_news(declaration, key, fates[key], serials[key]) for key in fates]
    return len(notify(news=news, at=at))


def _news(
    declaration: InstrumentDeclaration,
    supplier_id: int,
    fates: dict[Fate, int],
    serials: dict[Fate, list[str]],
) -> News:
    total = sum(fates.values())
    one = next(iter(serials.values()))[0]
    which = f"pack {one}" if total == 1 else f"{total} packs"
    return News(
        topic=Topic.RESULTS_WITHDRAWN,
        supplier_id=supplier_id,
        subject_type="instrument_declaration",
        subject_id=declaration.pk,
        subject_label=which,
        title=f"Results of {which} do not count any more",
        text=notice_text(fates=fates, serials=serials),
        path=reverse("packs"),
        dedupe=f"instrument_declaration:{declaration.pk}:{supplier_id}",
    )
