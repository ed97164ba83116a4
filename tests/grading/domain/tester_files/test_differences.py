"""Two derivations compared field by field."""

import pytest

from grading.domain.tester_files.differences import MISSING, differences


class TestDifferences:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ({"a": 1}, {"a": 1}, []),
            ({"a": 1}, {"a": 1.0}, []),
            ({"a": 10**22}, {"a": 1e22}, []),
            ({"a": 0.1}, {"a": 0.10000000000000002}, [("a", 0.1, 0.10000000000000002)]),
            ({"a": True}, {"a": 1}, [("a", True, 1)]),
            ({"a": None}, {"a": 0}, [("a", None, 0)]),
            ({"a": 1}, {}, [("a", 1, MISSING)]),
            ({}, {"a": 1}, [("a", MISSING, 1)]),
            ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [("a.b[1]", 2, 3)]),
            ({"a": [1]}, {"a": [1, 2]}, [("a (number)", 1, 2)]),
            ({"a": "x"}, {"a": ["x"]}, [("a", "x", ["x"])]),
        ],
    )
    def test_names_field_old_and_new(self, old, new, expected):
        assert list(differences(old, new)) == expected
