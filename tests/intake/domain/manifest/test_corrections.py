"""What people told us about a file, kept and put in force."""

from hypothesis import given
from hypothesis import strategies as st

from intake.domain.manifest.corrections import Corrections

CORRECTIONS = st.builds(
    Corrections,
    answers=st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=5),
    cells=st.dictionaries(
        st.integers(1, 200_000), st.dictionaries(st.integers(0, 119), st.text(max_size=20), min_size=1)
    ),
    dropped=st.frozensets(st.integers(1, 200_000)),
)


class TestCorrections:
    @given(CORRECTIONS)
    def test_are_kept_as_json_without_loss(self, corrections):
        assert Corrections.from_json(corrections.to_json()) == corrections

    def test_may_be_none(self):
        assert Corrections.from_json(None) == Corrections.from_json({}) == Corrections()

    def test_put_edits_into_a_row_and_beyond_its_end(self):
        corrections = Corrections(cells={3: {1: "b", 4: "e"}})

        assert corrections.edited(3, ["a", "x"]) == ["a", "b", "", "", "e"]
        assert corrections.edited(2, ["a", "x"]) == ["a", "x"]

    def test_tell_the_answer_about_a_column(self):
        corrections = Corrections({"unit:4": "Wh", "fill:accident_flag": "no"})

        assert (corrections.about("unit", 4), corrections.about("unit", 5)) == ("Wh", None)
        assert corrections.fills == {"accident_flag": "no"}

    def test_take_no_number_from_what_is_none(self):
        corrections = Corrections({"pad:0": "12", "header_row": "seven", "pad:1": "-1", "pad:2": "9" * 30})

        assert corrections.number("pad:0") == 12
        assert [corrections.number(name) for name in ("header_row", "pad:1", "pad:2", "pad:3")] == [None] * 4
