"""Which pack a tester file is of, by its name and by its head."""

import pytest

from grading.domain.tester_files.serials import match_file

SERIALS = ["RB-0001", "RB-0002", "1234"]


class TestMatchFile:
    @pytest.mark.parametrize(
        ("name", "heads", "serial", "candidates"),
        [
            ("RB-0001.nda", [], "RB-0001", []),
            ("2026-11-20_rb0001_C3.csv", [], "RB-0001", []),
            ("channel 3.csv", [{"barcode": "RB-0002"}], "RB-0002", []),
            ("channel 3.csv", [{"serial": " rb_0002 "}], "RB-0002", []),
            ("channel 3.csv", [{"comment": "pack RB-0002, second run"}], "RB-0002", []),
            ("RB-0001.csv", [{"barcode": "RB-0001"}], "RB-0001", []),
            ("RB-0001.csv", [{"barcode": "RB-0002"}], None, ["RB-0001", "RB-0002"]),
            ("a.csv", [{"serial": "RB-0001"}, {"serial": "RB-0002"}], None, ["RB-0001", "RB-0002"]),
            ("RB-0001 RB-0002.csv", [], None, ["RB-0001", "RB-0002"]),
            ("IMG1234.csv", [], None, []),
            ("a.csv", [{"schedule": "RB-0001"}], None, []),
            ("a.csv", [{"serial": None, "barcode": ""}], None, []),
        ],
    )
    def test_agrees_on_one_or_leaves_the_choice(self, name, heads, serial, candidates):
        match = match_file(file_name=name, heads=heads, serials=SERIALS)

        assert (match.serial, match.candidates) == (serial, candidates)
