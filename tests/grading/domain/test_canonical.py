"""One byte form for a JSON value."""

import json
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.domain.canonical import canonical_json, sha256_of

any_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Word(StrEnum):
    OK = "ok"


class TestCanonicalJson:
    @given(value=any_value)
    @settings(max_examples=200, deadline=None)
    def test_is_plain_json_with_sorted_keys_and_no_spaces(self, value):
        text = canonical_json(value)

        assert text == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert canonical_json(json.loads(text)) == text

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (Decimal("74.10"), '"74.10"'),
            ({"b": Decimal(1), "a": (Word.OK, True, None)}, '{"a":["ok",true,null],"b":"1"}'),
            ({"sources": {"people": [7, 4]}, "ir": "1.5×"}, '{"ir":"1.5×","sources":{"people":[7,4]}}'),
        ],
    )
    def test_writes_decimals_as_text_and_keeps_the_order_of_lists(self, value, text):
        assert canonical_json(value) == text

    @pytest.mark.parametrize("value", [1.5, {"a": [1.5]}, {1, 2}, b"x"])
    def test_refuses_what_has_no_one_form(self, value):
        with pytest.raises(TypeError, match="no canonical form"):
            canonical_json(value)


class TestSha256Of:
    def test_keeps_the_hash_of_a_snapshot(self):
        snapshot = {"chemistry": "LFP", "identity_confirmed": True, "soh_percent": Decimal("74.0000")}

        assert sha256_of(snapshot) == "d7684fe70aedef301277966119da3692e14601418bdfc8533e91452ce439c54e"
