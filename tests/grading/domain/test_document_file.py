"""JSON documents from outside: what they say, and what is refused before it is believed."""

import json

import pytest

from grading.domain.document_file import DocumentUnreadable, read_document
from grading.domain.policy import seed_document


class TestReadDocument:
    def test_returns_what_the_file_says(self):
        assert read_document(json.dumps(seed_document()).encode()) == seed_document()

    def test_takes_the_mark_that_some_programs_put_first(self):
        assert read_document(b'\xef\xbb\xbf{"title": "\xc3\xa4 \\ud83d\\udd0b"}') == {"title": "ä 🔋"}

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"no json", "no JSON file"),
            (b"\xff\xfe", "no JSON file"),
            (b"[" * 100_000, "no JSON file"),
            (b'{"a": NaN}', "NaN is no number"),
            (b'{"a": -Infinity}', "-Infinity is no number"),
            (b'{"floors": {}, "floors": {}}', "“floors” stands twice"),
            (b'{"a": [{"b": 1, "b": 1}]}', "“b” stands twice"),
            (b'{"a": "x\\u0000y"}', "“xy” holds a character that cannot be kept"),
            (b'{"a": [{"x\\u0000": 1}]}', "“x” holds a character that cannot be kept"),
            (b'["\\ud800"]', "holds a character that cannot be kept"),
        ],
    )
    def test_refuses_what_is_no_document_or_says_two_things(self, content, says):
        with pytest.raises(DocumentUnreadable, match=says):
            read_document(content)
