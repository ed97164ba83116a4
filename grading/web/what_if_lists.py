"""The list of packs that a trial would move."""

from grading.models import Grade
from intake.domain.identity import normalize_serial
from rebattery.ui.labels import ROUTES
from rebattery.ui.listing import Column, Filter, where

COLUMNS = (
    Column(key="serial", label="Pack", value=lambda row: row.pack.serial, is_code=True),
    Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code),
    Column(key="type", label="Type", value=lambda row: str(row.pack.pack_type or row.pack.model)),
    Column(key="batch", label="Batch", value=lambda row: row.pack.batch.number),
    Column(key="old", label="Old grade", value=lambda row: row.old_grade),
    Column(key="new", label="New grade", value=lambda row: row.new_grade),
    Column(key="old_route", label="Old route", value=lambda row: ROUTES[row.old_route]),
    Column(key="new_route", label="New route", value=lambda row: ROUTES[row.new_route]),
    Column(key="code", label="Why", value=lambda row: row.new_code),
    Column(
        key="energy",
        label="Usable (kWh)",
        value=lambda row: row.usable_kwh,
        sort="usable_wh",
        is_number=True,
    ),
)
FILTERS = (
    Filter(
        key="q",
        label="Serial",
        apply=lambda rows, text: rows.filter(pack__serial__startswith=normalize_serial(text)),
    ),
    Filter(key="old_grade", label="Old grade", apply=where("old_grade"), choices=Grade.choices),
    Filter(key="new_grade", label="New grade", apply=where("new_grade"), choices=Grade.choices),
    Filter(key="old_route", label="Old route", apply=where("old_route"), choices=list(ROUTES.items())),
    Filter(key="new_route", label="New route", apply=where("new_route"), choices=list(ROUTES.items())),
    Filter(key="supplier", label="Supplier code", apply=where("pack__supplier__code__iexact")),
    Filter(key="batch", label="Batch", apply=where("pack__batch__number__iexact")),
)
