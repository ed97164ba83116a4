import pytest

from rebattery.naming import counted, listed, named

NAMES = [f"PK-{number}" for number in range(1, 8)]


class TestNamed:
    def test_names_all_of_few(self):
        assert named(NAMES[:5]) == "PK-1, PK-2, PK-3, PK-4, PK-5"

    def test_counts_the_rest_of_many(self):
        assert named(NAMES[:6]) == "PK-1, PK-2, PK-3, PK-4, PK-5 and 1 more"

    def test_names_as_many_as_asked(self):
        assert named(NAMES, most=2) == "PK-1, PK-2 and 5 more"

    def test_has_no_words_for_nothing(self):
        assert named([]) == ""


class TestListed:
    def test_says_all_of_few(self):
        assert listed(["One.", "Two."]) == "One. Two."

    def test_counts_the_rest_of_many(self):
        assert listed([f"{name}." for name in NAMES]) == "PK-1. PK-2. PK-3. PK-4. PK-5. And 2 more."


class TestCounted:
    @pytest.mark.parametrize(
        ("count", "words"), [(0, "0 packs"), (1, "1 pack"), (2, "2 packs"), (1_200, "1,200 packs")]
    )
    def test_says_one_and_many(self, count, words):
        assert counted(count, "pack") == words
