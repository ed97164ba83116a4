import pytest

from grading.domain.results_file.fields import FIELDS, SHEETS, Kind
from grading.domain.results_file.headings import column_of, columns_of, kind_of_headings, kind_of_sheet
from grading.domain.results_file.template import heading_of


class TestColumnOf:
    @pytest.mark.parametrize(
        ("heading", "field", "unit"),
        [
            ("Pack serial *", "serial", ""),
            ("Seriennummer", "serial", ""),
            ("序列号", "serial", ""),
            ("Measured charge (Ah)", "measured_capacity_ah", "Ah"),
            ("Gemessene Kapazität [mAh]", "measured_capacity_ah", "mAh"),
            ("实测容量（Ah）", "measured_capacity_ah", "Ah"),
            ("capacity_mAh", "measured_capacity_ah", "mAh"),
            ("Q", "measured_capacity_ah", ""),
            ("Qn", "reference_value", ""),
            ("SOH", "soh_check", ""),
            ("SOH (%)", "soh_check", "%"),
            ("Temperatur (°C)", "temperature_degc", "°C"),
            ("C-rate", "c_rate", ""),
            ("Moon phase", "", ""),
            ("capacity_moon", "", ""),
        ],
    )
    def test_finds_the_field_and_its_unit(self, heading, field, unit):
        column = column_of(Kind.CAPACITY, 0, heading)

        assert (column.field, column.unit) == (field, unit)

    @pytest.mark.parametrize("kind", list(Kind))
    def test_knows_every_heading_that_we_write(self, kind):
        for field in FIELDS[kind].values():
            assert column_of(kind, 0, heading_of(field)).field == field.name


class TestColumnsOf:
    def test_reads_the_first_of_two_that_mean_the_same(self):
        columns = columns_of(Kind.CAPACITY, ["Serial", "Pack serial"])

        assert [(one.field, one.repeats) for one in columns] == [("serial", ""), ("", "Serial")]


class TestKindOfHeadings:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_tells_our_own_tables_apart(self, kind):
        assert kind_of_headings([heading_of(field) for field in FIELDS[kind].values()]) is kind

    @pytest.mark.parametrize(
        ("headings", "kind"),
        [
            (["ID", "Qn", "Q", "SOH"], Kind.CAPACITY),
            (["Serial", "IR (mOhm)", "SOC"], Kind.RESISTANCE),
            (["Seriennummer", "Gemeldeter SOH", "Ausgelesen am"], Kind.REPORTED),
            (["a", "b"], None),
            ([], None),
        ],
    )
    def test_tells_tables_of_the_field(self, headings, kind):
        assert kind_of_headings(headings) is kind


class TestKindOfSheet:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_knows_the_names_in_three_languages(self, kind):
        assert [kind_of_sheet(name) for name in SHEETS[kind]] == [kind] * 3
        assert kind_of_sheet("Sheet1") is None
