"""Charts as data, and the table that says the same."""

from datetime import UTC, datetime
from decimal import Decimal

from django.template import Context, Template

from rebattery.ui.charts import MOST_TABLE_ROWS, Axis, Chart, Line, Point, Series
from rebattery.ui.vendor import LIST, ROOT


def chart(*series, **options):
    axes = {"x": Axis(label="Time", unit="h"), "y": Axis(label="Voltage", unit="V", places=2)}
    return Chart(id="one", title="Voltage over time", series=series, **(axes | options))


class TestToJson:
    def test_turns_decimals_and_times_into_what_a_picture_needs(self):
        at = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
        made = chart(
            Series(name="U", points=[(at, Decimal("3.65"))]),
            x=Axis(label="At", kind="time"),
            lines=[Line(label="Limit", value=Decimal("4.2"))],
        ).to_json()

        assert made["series"][0]["points"] == [["2026-11-22T14:05:00+00:00", 3.65]]
        assert made["lines"][0]["value"] == 4.2

    def test_keeps_what_a_point_says(self):
        made = chart(Series(name="U", points=[Point(x=1, y=2.0, label="A1", url="/a/", is_marked=True)]))

        assert made.to_json()["series"][0]["points"] == [
            {"value": [1, 2.0], "label": "A1", "url": "/a/", "marked": True}
        ]


class TestTable:
    def test_has_a_column_of_each_series_with_its_unit(self):
        table = chart(
            Series(name="U", points=[(0, Decimal("3.654")), (2, None)]),
            Series(name="I", points=[(1, 5)], on_second_axis=True),
            second_y=Axis(label="Current", unit="A", places=0),
        ).table

        assert table.headings == ["Time (h)", "U (V)", "I (A)"]
        assert table.rows == [
            ("", "", "0.0", ["3.65", "–"]),
            ("", "", "1.0", ["–", "5"]),
            ("", "", "2.0", ["–", "–"]),
        ]

    def test_keeps_the_order_of_a_way(self):
        table = chart(Series(name="U", points=[(2, 1.0), (1, 3.0), (2, 4.0)]), is_way=True).table

        assert [values for *_, values in table.rows] == [["1.00"], ["3.00"], ["4.00"]]

    def test_keeps_two_points_at_one_place_apart(self):
        table = chart(Series(name="U", points=[(1, 2.0), (1, 3.0)])).table

        assert [values for *_, values in table.rows] == [["2.00"], ["3.00"]]

    def test_names_and_links_points_that_have_labels(self):
        table = chart(
            Series(name="U", points=[Point(x=1, y=2.0, label="A1", url="/a/")]), labels={"point": "Pack"}
        ).table

        assert table.headings[0] == "Pack" and table.rows[0][:2] == ("A1", "/a/")

    def test_thins_a_long_one_and_says_so(self):
        table = chart(Series(name="U", points=[(n, 1.0) for n in range(MOST_TABLE_ROWS + 1)])).table

        assert len(table.rows) == 251
        assert table.note == f"One point of 2 is shown; there are {MOST_TABLE_ROWS + 1}."


class TestTag:
    def test_shows_the_canvas_only_to_scripts_and_the_table_to_all(self):
        html = Template("{% chart one %}").render(
            Context({"one": chart(Series(name="<b>", points=[(0, 1.0)]))})
        )

        assert 'role="img" aria-label="Voltage over time" hidden' in html
        assert "&lt;b&gt; (V)" in html and "<b>" not in html
        assert '<script id="one-data" type="application/json">' in html


class TestVendor:
    def test_has_the_library_unchanged_with_its_license(self):
        text = LIST.read_text()

        assert all(name in text for name in ("echarts.min.js", "echarts.LICENSE", "echarts.NOTICE"))
        assert all(
            (ROOT / f"rebattery/ui/static/vendor/echarts.{end}").exists() for end in ("min.js", "NOTICE")
        )
