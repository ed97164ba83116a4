"""Lists: every row exactly once, forward and back, whatever the address says."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import TruncDate
from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intake.models import Supplier
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from rebattery.ui.listing import Column, Filter, cursor_of, list_page
from tests.factories import AT, make_supplier

COLUMNS = [
    Column(key="id", label="Key", value=lambda row: row.pk, sort="id", is_number=True),
    Column(key="code", label="Code", value=lambda row: row.code, sort="code"),
    Column(key="name", label="Name", value=lambda row: row.name, sort="name"),
    Column(key="since", label="Since", value=lambda row: row.created_at, sort="created_at"),
    Column(key="day", label="Day", value=lambda row: row.first_day, sort="first_day"),
    Column(key="country", label="Country", value=lambda row: row.country),
]
FILTERS = [
    Filter(key="q", label="Name", apply=lambda rows, text: rows.filter(name__icontains=text)),
    Filter(
        key="country",
        label="Country",
        apply=lambda rows, country: rows.filter(country=country),
        choices=(("NL", "Netherlands"), ("DE", "Germany")),
    ),
]
SORTS = [
    "id",
    "-id",
    "code",
    "-code",
    "name",
    "-name",
    "created_at",
    "-created_at",
    "first_day",
    "-first_day",
]
on_one_database = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)


@pytest.fixture
def suppliers(db) -> list[Supplier]:
    """Eleven rows with ties in name and day, of which three are in Germany."""
    made = [make_supplier(code=f"S{9 - n % 10}{n}", name=f"Name {n % 3}") for n in range(11)]
    for number, row in enumerate(made):
        row.created_at, row.country = AT + timedelta(days=number % 4), "DE" if number < 3 else "NL"
        row.first_day = row.created_at.date()  # as the list annotates it
    _update(made)
    return made


def _update(rows: list[Supplier]) -> None:
    Supplier.objects.bulk_update(rows, ["created_at", "country"])
    events = [
        Event(code="supplier.changed", subject_id=row.pk, subject_label=row.code, after={}) for row in rows
    ]
    record(events=events, actor=SYSTEM, at=AT)


def page_at(address: str, page_size: int = 4):
    return list_page(
        Supplier.objects.annotate(first_day=TruncDate("created_at")),
        columns=COLUMNS,
        filters=FILTERS,
        params=QueryDict(address.removeprefix("?")),
        default_sort="code",
        page_size=page_size,
    )


def walked(page, way: str, page_size: int) -> list[list[int]]:
    pages = []
    while True:
        pages.append([row.pk for row in page.rows])
        url = getattr(page, way)
        if not url:
            return pages
        page = page_at(url, page_size)


class TestPaging:
    @on_one_database
    @given(sort=st.sampled_from(SORTS), page_size=st.integers(1, 13))
    def test_visits_each_row_once_forward_and_back(self, suppliers, sort, page_size):
        name = sort.removeprefix("-")
        expected = sorted(
            suppliers, key=lambda row: (getattr(row, name), row.pk), reverse=sort.startswith("-")
        )

        forward = walked(page_at(f"?sort={sort}", page_size), "next_url", page_size)
        last = page_at(f"?sort={sort}", page_size)
        while last.next_url:
            last = page_at(last.next_url, page_size)
        back = walked(last, "previous_url", page_size)

        assert [pk for page in forward for pk in page] == [row.pk for row in expected]
        assert [pk for page in reversed(back) for pk in page] == [row.pk for row in expected]
        assert all(len(page) == page_size for page in forward[:-1])

    @on_one_database
    @given(cut=st.integers(0, 40), way=st.sampled_from(["after", "before"]), sort=st.sampled_from(SORTS))
    def test_shows_the_first_page_for_a_cut_address(self, suppliers, cut, way, sort):
        whole = cursor_of(suppliers[5], sort.removeprefix("-"))

        page = page_at(f"?sort={sort}&{way}={whole[: min(cut, len(whole) - 4)]}")

        assert [row.pk for row in page.rows] == [row.pk for row in page_at(f"?sort={sort}").rows]
        assert not page.previous_url

    @on_one_database
    @given(
        content=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=4,
        ),
        way=st.sampled_from(["after", "before"]),
        sort=st.sampled_from(SORTS),
    )
    @example(content=["\ud800", 1], way="after", sort="name")
    @example(content=["\0", 1], way="after", sort="name")
    @example(content=[None, 0], way="after", sort="code")
    @example(content=["2026-13-45", 1], way="after", sort="created_at")
    @example(content=["x", 10**30], way="before", sort="id")
    def test_never_fails_on_an_invented_address(self, suppliers, content, way, sort):
        cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()

        assert page_at(f"?sort={sort}&{way}={cursor}").rows

    def test_shows_the_first_page_when_what_it_pointed_beyond_is_gone(self, suppliers):
        last = max(suppliers, key=lambda row: row.code)

        page = page_at(f"?after={cursor_of(last, 'code')}")

        assert page.rows == page_at("").rows

    def test_keeps_its_place_while_rows_come_and_go(self, suppliers):
        first = page_at("?sort=-id")
        make_supplier(code="NEW")

        second = page_at(first.next_url)

        assert {row.pk for row in first.rows} & {row.pk for row in second.rows} == set()
        assert [row.pk for row in second.rows] == sorted((row.pk for row in suppliers), reverse=True)[4:8]


class TestFilters:
    def test_stay_in_force_from_page_to_page(self, suppliers):
        pages = walked(page_at("?country=NL&q=name"), "next_url", 4)

        assert sorted(pk for page in pages for pk in page) == sorted(row.pk for row in suppliers[3:])

    def test_are_shown_as_chips_that_take_them_away(self, suppliers):
        page = page_at("?country=DE&sort=-code")

        assert [(chip.label, chip.value) for chip in page.chips] == [("Country", "Germany")]
        assert page.chips[0].remove_url == "?sort=-code"

    def test_show_nothing_for_an_unknown_choice(self, suppliers):
        assert page_at("?country=XX").rows == []

    @pytest.mark.parametrize("text", ["%00", "%00name%00", "%F0%9F%94%8B", "%25", "'"])
    def test_take_any_text(self, suppliers, text):
        assert page_at(f"?q={text}").rows == [] or text != "'"

    def test_forget_the_cursor_when_they_change(self, suppliers):
        page = page_at(page_at("?country=NL").next_url)

        assert "after" not in page.query
        assert "after" not in page.chips[0].remove_url


class TestSorting:
    @pytest.mark.parametrize("sort", ["country", "people__password", "?", "-", "--code", "pk;drop"])
    def test_is_by_known_columns_only(self, suppliers, sort):
        assert page_at(f"?sort={sort}").rows == page_at("").rows

    def test_turns_round_on_the_second_click(self, suppliers):
        first = page_at("?sort=name")

        heading = next(heading for heading in first.headings if heading.label == "Name")

        assert heading.direction == "ascending"
        assert heading.sort_url == "?sort=-name"

    def test_shows_times_of_all_zones_in_one_order(self, suppliers):
        stamp = base64.urlsafe_b64encode(
            json.dumps([datetime(2026, 11, 20, 10, tzinfo=UTC).isoformat(), 0]).encode()
        ).decode()

        page = page_at(f"?sort=created_at&after={stamp}", 20)

        assert len(page.rows) == len([row for row in suppliers if row.created_at > AT])
