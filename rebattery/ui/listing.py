"""Lists that stay fast at two million rows: filters and sort in the address, keyset pages."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list and of its export."""

    key: str
    label: str
    value: Callable[[Any], Any]
    """Takes a row, returns what the cell holds: text, a number, a date or None."""
    sort: str = ""
    """Name of a model field to sort by; empty when the list cannot be sorted by this column."""
    is_number: bool = False
    is_code: bool = False
    is_wide: bool = False
    """Only where there is room; the page says the same elsewhere in the row."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter of a list: a choice among few, or a search text."""

    key: str
    label: str
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]]
    choices: Sequence[tuple[str, str]] = ()
    """Value and label; empty means free text."""
    is_day: bool = False
    """The text is a day, such as 2026-11-22."""
    is_linked: bool = False
    """Set by links of other pages only: shown as a chip when it is set, never as a field."""
    words: Callable[[str], str] = str
    """Takes the value, returns what its chip says; choices say it themselves."""


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter in force, with the address that removes it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column head: its label and, where sortable, the address that sorts by it."""

    label: str
    sort_url: str
    direction: str
    is_number: bool
    is_wide: bool = False


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """What a list's template needs."""

    rows: list[Any]
    headings: list[Heading]
    filters: list[dict[str, Any]]
    chips: list[Chip]
    next_url: str
    previous_url: str
    query: str
    """The filters and the sort as an address, for the export links."""
    columns: Sequence[Column] = field(repr=False)

    @property
    def is_bare(self) -> bool:
        """Whether there is no row, and no filter that could hide one."""
        return not (self.rows or self.chips)

    def cells(self, row: Any) -> list[tuple[Column, Any]]:
        return [(column, column.value(row)) for column in self.columns]


def where(lookup: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """Return what a ``Filter`` applies that keeps the rows in which ``lookup`` is its value."""
    return lambda rows, value: rows.filter(**{lookup: value})


def filtered(queryset: QuerySet[Any], *, filters: Sequence[Filter], params: QueryDict) -> QuerySet[Any]:
    """Apply those of ``filters`` that the address names; an unknown choice filters everything out."""
    for item in filters:
        value = params.get(item.key, "").replace("\0", "").strip()
        if not value:
            continue
        known = not item.choices or value in [choice for choice, _ in item.choices]
        queryset = item.apply(queryset, value) if known else queryset.none()
    return queryset


def ordered(
    queryset: QuerySet[Any], *, columns: Sequence[Column], params: QueryDict, default: str
) -> QuerySet[Any]:
    """Order by the column that the address names, else by ``default``; the key always comes last."""
    name, descending = _order(columns, params, default)
    sign = "-" if descending else ""
    names = [f"{sign}{name}"] if name in ("id", "pk") else [f"{sign}{name}", f"{sign}id"]
    return queryset.order_by(*names)


def list_page(
    queryset: QuerySet[Any],
    *,
    columns: Sequence[Column],
    filters: Sequence[Filter],
    params: QueryDict,
    default_sort: str = "-id",
    page_size: int = PAGE_SIZE,
) -> ListPage:
    """Return one page of ``queryset`` by keyset: as fast at row 1,000,000 as at row 1.

    Sortable columns, the model's or annotated, must not be null; the model's should have an index that ends
    with the key. The address holds ``sort`` (field, ``-`` for descending), ``after`` or ``before`` (cursors)
    and the filters.
    """
    name, descending = _order(columns, params, default_sort)
    unfiltered, queryset = queryset, filtered(queryset, filters=filters, params=params)
    backward = bool(params.get("before"))
    cursor = _read_cursor(params.get("before") or params.get("after") or "", _field(queryset, name))
    backward = backward and cursor is not None
    if cursor is not None:
        queryset = queryset.filter(_beyond(name, cursor, descending != backward))
    flip = descending != backward
    sign = "-" if flip else ""
    names = [f"{sign}id"] if name == "id" else [f"{sign}{name}", f"{sign}id"]
    rows = list(queryset.order_by(*names)[: page_size + 1])
    if cursor is not None and not rows:  # an old address: what it pointed beyond is gone
        return list_page(
            unfiltered,
            columns=columns,
            filters=filters,
            params=_query(_without_cursor(params)),
            default_sort=default_sort,
            page_size=page_size,
        )
    more = len(rows) > page_size
    rows = rows[:page_size]
    if backward:
        rows.reverse()
    has_next = bool(rows) and (more or backward)
    has_previous = bool(rows) and (more if backward else cursor is not None)
    base = _without_cursor(params)
    return ListPage(
        rows=rows,
        headings=[_heading(column, name, descending, base) for column in columns],
        filters=[_filter(item, params) for item in filters],
        chips=_chips(filters, params, base),
        next_url=_url(base | {"after": cursor_of(rows[-1], name)}) if has_next else "",
        previous_url=_url(base | {"before": cursor_of(rows[0], name)}) if has_previous else "",
        query=_url(base),
        columns=columns,
    )


def _without_cursor(params: QueryDict) -> dict[str, str]:
    return {key: str(value) for key, value in params.items() if key not in ("after", "before") and value}


def _order(columns: Sequence[Column], params: QueryDict, default: str) -> tuple[str, bool]:
    wanted = params.get("sort", default)
    name = wanted.removeprefix("-")
    if name not in {column.sort for column in columns if column.sort} | {default.removeprefix("-")}:
        wanted, name = default, default.removeprefix("-")
    return name, wanted.startswith("-")


def _beyond(name: str, cursor: tuple[Any, int], less: bool) -> Q:
    value, key = cursor
    way = "lt" if less else "gt"
    if name == "id":
        return Q(**{f"id__{way}": key})
    # The redundant first bound lets PostgreSQL start in the index at the right place.
    reach = Q(**{f"{name}__{'lte' if less else 'gte'}": value})
    return reach & (Q(**{f"{name}__{way}": value}) | Q(**{name: value, f"id__{way}": key}))


def cursor_of(row: Model, name: str) -> str:
    """Return the address part that stands for ``row`` in a list sorted by ``name``."""
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    plain = value.isoformat() if isinstance(value, (date, datetime)) else value
    plain = str(plain) if isinstance(plain, Decimal) else plain
    return base64.urlsafe_b64encode(json.dumps([plain, row.pk]).encode()).decode().rstrip("=")


def _read_cursor(text: str, field: Any) -> tuple[Any, int] | None:
    """Return value and key, or None for an address that was cut or changed by hand."""
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if "\0" in str(value):
            return None
        str(value).encode()  # a lone surrogate is no text that a database could hold
        value = field.to_python(value)
        # Null is before and beyond nothing; columns to sort by hold none.
        return None if value is None else (value, int(key))
    except (ValueError, TypeError, OverflowError, ValidationError, RecursionError):
        return None


def _field(queryset: QuerySet[Any], name: str) -> Any:
    if annotated := queryset.query.annotations.get(name):
        return annotated.output_field
    model: Any = queryset.model
    for part in name.split("__"):
        field = model._meta.get_field(part)
        model = field.related_model
    return field


def _heading(column: Column, name: str, descending: bool, base: Mapping[str, str]) -> Heading:
    if not column.sort:
        return Heading(
            label=column.label,
            sort_url="",
            direction="",
            is_number=column.is_number,
            is_wide=column.is_wide,
        )
    current = column.sort == name
    wanted = f"-{column.sort}" if current and not descending else column.sort
    direction = ("descending" if descending else "ascending") if current else ""
    return Heading(
        label=column.label,
        sort_url=_url({**base, "sort": wanted}),
        direction=direction,
        is_number=column.is_number,
        is_wide=column.is_wide,
    )


def _filter(item: Filter, params: QueryDict) -> dict[str, Any]:
    return {
        "key": item.key,
        "label": item.label,
        "choices": item.choices,
        "type": "date" if item.is_day else "search",
        "is_linked": item.is_linked,
        "value": params.get(item.key, ""),
    }


def _chips(filters: Sequence[Filter], params: QueryDict, base: Mapping[str, str]) -> list[Chip]:
    chips = []
    for item in filters:
        if value := params.get(item.key, "").strip():
            label = dict(item.choices).get(value) or item.words(value)
            rest = {key: kept for key, kept in base.items() if key != item.key}
            chips.append(Chip(label=item.label, value=label, remove_url=_url(rest)))
    return chips


def _url(params: Mapping[str, str]) -> str:
    return f"?{_query(params).urlencode()}"


def _query(params: Mapping[str, str]) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(dict(params))
    return query
