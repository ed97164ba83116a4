import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from intake.domain.manifest.fields import FIELDS, REQUIRED, Kind
from intake.domain.manifest.layout.mapping import match_header
from intake.domain.manifest.workbooks.template import (
    Language,
    columns_explained,
    template_columns,
    template_csv,
)
from intake.domain.manifest.workbooks.template_workbook import heading_of, write_template
from tests.intake.manifest_files import understood, write_csv

TYPES = [
    {"key": "LEAF40", "make": "Nissan", "model": "Leaf", "variant": "ZE1", "chemistry": "NMC",
     "nominal_energy_kwh": "40"},
    {"key": "ZOE40", "make": "Renault", "model": "Zoe", "chemistry": "NMC", "nominal_energy_kwh": "41"},
]  # fmt: skip
LANGUAGES = list(Language)


def cell_of(column, text):
    """Return an example as a program would store it in the column: text, a number or a date."""
    if not text or column.options:
        return text
    if column.field.kind is Kind.DATE:
        return date.fromisoformat(text)
    return float(Decimal(text.replace(",", "."))) if column.field.hard else text


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def workbook(tmp_path, language):
    path = tmp_path / "template.xlsx"
    with path.open("wb") as file:
        write_template(file, language=language, types=TYPES)
    return path


def filled(path, columns, which=0):
    """Fill the first rows of a template as a program would: the formats of the columns stay."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for number, column in enumerate(columns, start=1):
        value = cell_of(column, column.examples[which]) or None
        if column.field.name == "pack_type_key":
            value = "LEAF40"
        cell = sheet.cell(row=2, column=number, value=value)
        cell.number_format = "yyyy-mm-dd" if column.field.kind is Kind.DATE else "@"
    book.save(path)
    return path


class TestTemplateColumns:
    def test_hold_what_is_needed_and_what_tells_a_history(self):
        names = {column.field.name for column in template_columns(Language.EN)}

        assert names >= {name for name, field in FIELDS.items() if field.required or field.history_weight}

    def test_put_the_needed_ones_first(self):
        needed = [c.field.name in {*REQUIRED, "pack_type_key"} for c in template_columns(Language.EN)]

        assert needed == sorted(needed, reverse=True)

    def test_mean_their_fields_in_each_language(self, language):
        columns = template_columns(language)

        assert [match_header(c.heading).field for c in columns] == [c.field.name for c in columns]
        assert [match_header(heading_of(c)).field for c in columns] == [c.field.name for c in columns]

    def test_are_explained_in_each_language(self, language):
        assert [c.heading for c in template_columns(language) if not (c.about and c.allowed)] == []

    @pytest.mark.parametrize(
        ("language", "voltage", "energy", "odometer"),
        [
            ("en", "10 to 1,000", "0.2 to 700", "0 to 2,000,000"),
            ("de", "10 bis 1000", "0,2 bis 700", "0 bis 2.000.000"),
            ("zh", "10 至 1,000", "0.2 至 700", "0 至 2,000,000"),
        ],
        ids=str,
    )
    def test_write_numbers_as_their_readers_do(self, language, voltage, energy, odometer):
        allowed = {column.field.name: column.allowed for column in template_columns(Language(language))}

        assert allowed["nominal_voltage_v"] == voltage
        assert allowed["nominal_energy_kwh"] == energy
        assert allowed["odometer_km"] == odometer

    def test_show_examples_in_their_language(self):
        examples = {
            (column.field.name, language.value): column.examples[0]
            for language in Language
            for column in template_columns(language)
        }

        assert examples["storage_conditions", "de"] == "drinnen, 5 bis 25 °C, seit Mai 2026"
        assert examples["storage_conditions", "zh"] == "室内，5 至 25 °C，2026 年 5 月起"
        assert [examples["title_doc", code] for code in ("en", "de", "zh")] == [
            "Invoice 2026-118", "Rechnung 2026-118", "发票 2026-118",
        ]  # fmt: skip
        assert [examples["soh_declared_percent", code] for code in ("en", "de")] == ["78.5", "78,5"]


class TestColumnsExplained:
    def test_say_what_each_field_may_hold(self):
        allowed = {field.name: text for field, text in columns_explained()}

        assert set(allowed) == set(FIELDS)
        assert allowed["accident_flag"] == "yes, no"
        assert allowed["soh_method"] == "bms, telematics, bench, estimate"
        assert allowed["odometer_km"] == "0 to 2,000,000"


class TestTemplateCsv:
    @pytest.mark.parametrize("which", [0, 1])
    def test_maps_every_column_when_filled(self, tmp_path, language, which):
        columns = template_columns(language)
        [heading] = csv.reader(
            io.StringIO(template_csv(language).decode("utf-8-sig")),
            delimiter=";" if language == "de" else ",",
        )
        rows = [heading, [column.examples[which] for column in columns]]

        found = understood(write_csv(tmp_path / "filled.csv", rows, encoding="utf-8-sig"))

        assert [c["field"] for c in found.summary["columns"]] == [c.field.name for c in columns]
        assert found.problems == [] and len(found.packs) == 1


class TestWriteTemplate:
    @pytest.mark.parametrize("which", [0, 1])
    def test_maps_every_column_when_filled(self, workbook, language, which):
        columns = template_columns(language)

        found = understood(filled(workbook, columns, which), catalogue=TYPES)

        assert [c["field"] for c in found.summary["columns"]] == [c.field.name for c in columns]
        assert found.problems == [] and found.summary.get("questions", []) == []
        [pack] = found.packs.values()
        assert pack["pack_serial"] == f"001234567{8 + which}"
        assert pack["accident_flag"] is bool(which)
        assert pack["production_date"] == ("2018-03-14", "2018-04-02")[which]
        assert pack["ddr_status"] == ("none", "damaged")[which]

    def test_holds_no_pack_when_empty(self, workbook):
        with pytest.raises(Exception, match="no packs under it"):
            understood(workbook)

    def test_keeps_zeros_and_dates(self, workbook, language):
        sheet = openpyxl.load_workbook(workbook).worksheets[0]
        styles = {
            column.field.name: dimension.number_format
            for number, column in enumerate(template_columns(language), start=1)
            for dimension in sheet.column_dimensions.values()
            if dimension.min <= number <= dimension.max
        }

        assert styles["pack_serial"] == styles["vin"] == "@"
        assert styles["production_date"] == "yyyy-mm-dd"
        assert styles["odometer_km"] == "General"

    def test_marks_what_is_needed_and_freezes_the_heading(self, workbook, language):
        sheet = openpyxl.load_workbook(workbook).worksheets[0]

        marked = [cell.value for cell in sheet[1] if cell.value.endswith(" *")]

        assert len(marked) == len(REQUIRED)
        assert sheet.freeze_panes == "B2"

    def test_offers_the_types_of_the_catalogue(self, workbook):
        book = openpyxl.load_workbook(workbook)
        lists = book.worksheets[2]
        offered = [cell.value for cell in lists["A"][1:] if cell.value]
        sources = [rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation]

        assert offered == ["LEAF40", "ZOE40"]
        assert f"'{lists.title}'!$A$2:$A$3" in sources

    def test_explains_every_column_with_examples(self, workbook, language):
        rows = list(openpyxl.load_workbook(workbook).worksheets[1].iter_rows(values_only=True))

        explained = {row[0]: row for row in rows if row[2]}
        for column in template_columns(language):
            assert explained[heading_of(column)][2:4] == (column.about, column.allowed)
            assert explained[heading_of(column)][4:6] == column.examples

    def test_is_read_by_its_first_sheet(self, workbook, language):
        columns = template_columns(language)

        found = understood(filled(workbook, columns), catalogue=TYPES)

        assert found.summary["sheet"] == openpyxl.load_workbook(workbook).sheetnames[0]
        assert found.summary["rows"] == 1

    def test_needs_no_catalogue(self, tmp_path):
        path = tmp_path / "template.xlsx"
        with path.open("wb") as file:
            write_template(file, language=Language.EN, types=[])

        assert openpyxl.load_workbook(path).sheetnames == ["Packs", "Read me", "Lists"]
