import pytest

from intake.domain.manifest.fields import FIELDS, REQUIRED
from intake.domain.manifest.values.units import unit_of
from intake.queries.corrections import corrections_of
from intake.web.repair_answers import reading_now
from intake.web.repair_columns import (
    column_lines,
    field_choices,
    fills_of,
    is_open,
    unit_choices,
    units_of_fields,
)
from tests.factories import MANIFEST_HEADINGS, make_supplier, manifest_csv
from tests.intake import drafting


@pytest.fixture
def draft(db):
    return drafting.make_draft(make_supplier())


def without(*headings):
    kept = ",".join(name for name in MANIFEST_HEADINGS.split(",") if name not in headings)
    content = manifest_csv("RB-0001").decode().splitlines()
    cells = dict(zip(MANIFEST_HEADINGS.split(","), content[1].split(","), strict=True))
    return "\n".join([kept, ",".join(cells[name] for name in kept.split(",")), ""]).encode()


class TestFieldChoices:
    def test_offer_every_field_once_and_mark_those_needed(self):
        choices = dict(choice for _, group in field_choices() for choice in group)

        assert list(choices) == list(FIELDS)
        assert {name for name, label in choices.items() if label.endswith(" *")} == set(REQUIRED)


class TestUnitChoices:
    def test_are_all_known_to_the_reader(self):
        offered = [unit for units in unit_choices().values() for unit in units]

        assert [unit for unit in offered if unit_of(unit) is None] == []

    @pytest.mark.parametrize("own", unit_choices())
    def test_measure_the_same_as_the_own_unit_of_a_field(self, own):
        assert {unit_of(unit).dimension for unit in unit_choices()[own]} == {unit_of(own).dimension}
        assert own in unit_choices()[own] and own in units_of_fields().values()


class TestColumnLines:
    def test_put_first_what_needs_an_answer(self, draft):
        lines = column_lines(draft, reading_now(draft, {}))

        assert [line.header for line in lines[:2]] == ["Lagerplatz", "lfd. Nr."]
        assert (lines[0].chosen, lines[0].samples) == ("", ["H2-14", "H2-15", "H2-16"])

    def test_say_what_was_read_and_why(self, draft):
        lines = {line.header: line for line in column_lines(draft, reading_now(draft, {}))}

        energy, accident = lines["Energieinhalt"], lines["Unfall"]
        assert (energy.chosen, energy.unit, energy.confidence) == (
            "nominal_energy_kwh",
            "kWh",
            "Heading known",
        )
        assert (accident.filled, accident.distinct) == (5, 1)
        assert "fraction to percent" in lines["SOH"].conversions

    def test_say_what_is_known_from_the_last_file(self, draft):
        supplier = draft.supplier
        draft = drafting.answered(draft)
        drafting.announce(draft)

        def change(sheet):
            for row, serial in zip(range(6, 12), "ABCDEF", strict=True):
                sheet.cell(row, 2).value = f"ZOE-{serial}100"

        again = drafting.make_draft(supplier, drafting.german_workbook(change), "next.xlsx")
        lines = {line.header: line for line in column_lines(again, reading_now(again, {}))}

        assert lines["Lagerplatz"].confidence == "From your last file of this layout"
        assert lines["Lagerplatz"].chosen == "extra"


class TestFillsOf:
    def test_asks_for_what_no_column_gives(self, db):
        draft = drafting.make_draft(make_supplier(), without("Accident", "Received as"), "short.csv")

        fills = {fill.name: fill for fill in fills_of(draft, reading_now(draft, {}))}

        assert list(fills) == ["accident_flag", "received_as"]
        assert fills["accident_flag"].choices == [("no", "no"), ("yes", "yes")]
        assert is_open(draft, reading_now(draft, {}))

    def test_knows_what_was_said_for_all_packs(self, db):
        draft = drafting.make_draft(make_supplier(), without("Accident"), "short.csv")
        draft = drafting.answered(draft, fill__accident_flag="no")
        now = reading_now(draft, corrections_of(manifest=draft).answers)

        assert [fill.value for fill in fills_of(draft, now)] == ["no"]
        assert not is_open(draft, now)

    def test_never_fills_a_serial(self, db):
        draft = drafting.make_draft(make_supplier(), without("Pack serial"), "anonymous.csv")

        [fill] = fills_of(draft, reading_now(draft, {}))

        assert (fill.name, fill.can_be_filled) == ("pack_serial", False)
