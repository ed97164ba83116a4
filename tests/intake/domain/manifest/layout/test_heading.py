"""Where the heading stands."""

import pytest

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.layout.heading import find_heading
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import Table

NAMES = ["Serial", "Make", "Model", "Accident"]
PACK = ["LF-0001", "Kia", "Soul", "no"]


def heading_of(*rows, **answers):
    table = Table(kind="csv", rows=lambda: iter(list(enumerate(rows, 1))))
    return find_heading(table, Corrections(answers))


class TestFindHeading:
    def test_passes_over_titles(self):
        heading = heading_of(["Our packs"], [], ["Contact:", "Ana"], NAMES, PACK)

        assert (heading.rows, heading.units_row, heading.is_certain, heading.rivals) == ((4,), None, True, ())

    def test_takes_the_units_below(self):
        heading = heading_of([*NAMES, "Energy"], ["", "", "", "ja/nein", "[kWh]"], [*PACK, "40"])

        assert (heading.rows, heading.units_row) == ((1,), 2)

    def test_joins_groups_with_their_columns(self):
        heading = heading_of(
            ["Pack", "", "", "Production", "Removal", ""],
            ["Serial", "Make", "Model", "Date", "Date", "Reason"],
            ["LF-0001", "Kia", "Soul", "2018-01-02", "2025-01-02", "crash"],
        )

        assert heading.rows == (1, 2)
        assert heading.texts[3:5] == ("Production | Date", "Removal | Date")

    def test_joins_a_group_over_units(self):
        heading = heading_of(
            ["Serial", "Make", "Model", "Capacity", ""],
            ["", "", "Name", "kWh", "Ah"],
            ["LF-0001", "Kia", "Soul", "40", "115"],
        )

        assert heading.texts[3:] == ("Capacity (kWh)", "Capacity (Ah)")

    def test_lets_a_heading_stand_over_two_units(self):
        heading = heading_of([*NAMES, "Capacity", ""], ["", "", "", "", "kWh", "Ah"], [*PACK, "40", "115"])

        assert heading.texts[4:] == ("Capacity", "Capacity")

    def test_does_not_join_a_heading_with_data(self):
        assert heading_of(NAMES, ["Serial", "Kia", "Soul", "no"]).rows == (1,)

    def test_takes_the_row_that_somebody_named(self):
        assert heading_of(["x", "y"], ["a", "b", "c", "d"], NAMES, header_row="2").rows == (2,)

    @pytest.mark.parametrize("answer", ["99", "0", "x", "99999999"])
    def test_does_not_follow_an_answer_to_where_nothing_is(self, answer):
        assert heading_of(NAMES, PACK, header_row=answer).rows == (1,)

    def test_is_not_sure_of_words_it_does_not_know(self):
        heading = heading_of(["Lista"], ["Numer", "Marka", "Wersja", "Wypadek"], PACK)

        assert (heading.rows, heading.is_certain) == ((2,), False)

    def test_names_a_rival(self):
        heading = heading_of(NAMES, PACK, [], ["VIN", "Make", "Model", "Mileage"], ["V", "Kia", "Soul", "5"])

        assert (heading.rows, heading.rivals) == ((1,), (4,))

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([[""], [" "]], "empty"),
            ([["1", "2", "3"], ["4", "5", "6"]], "no_header"),
            ([["a", "b"]], "no_header"),
        ],
    )
    def test_refuses_what_has_none(self, rows, code):
        with pytest.raises(Unreadable) as caught:
            heading_of(*rows)
        assert caught.value.code == code
