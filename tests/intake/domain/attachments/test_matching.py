"""Names against serials."""

import pytest

from intake.domain.attachments.matching import Match, Serials

SERIALS = ["RB-0001", "RB-0002", "RB-0001-B", "1234", "AB/77.3", "X_1-2", "X-12", "LEAF40-00123"]


def named(name: str, serials: list[str] | None = None) -> Match:
    return Serials(SERIALS if serials is None else serials).named_in(name)


class TestNamedIn:
    @pytest.mark.parametrize(
        ("name", "serial"),
        [
            ("RB-0001.pdf", "RB-0001"),
            ("rb-0001.PDF", "RB-0001"),
            ("RB0001.jpg", "RB-0001"),
            ("rb_0001_front.jpg", "RB-0001"),
            ("photo of RB 0001 (2).jpg", "RB-0001"),
            ("2026-03-01_RB.0001.csv", "RB-0001"),
            ("RB–0001.pdf", "RB-0001"),  # an en dash
            ("ＲＢ-０００１.pdf", "RB-0001"),
            ("照片RB-0001正面.jpg", "RB-0001"),
            ("Prüfbericht RB-0001.pdf", "RB-0001"),
            # the longest wins where one serial stands inside another
            ("RB-0001-B.pdf", "RB-0001-B"),
            ("RB0001B.pdf", "RB-0001-B"),
            ("RB-0001 B side.jpg", "RB-0001-B"),
            # a serial that holds a slash, in a name that cannot
            ("AB-77.3 cert.pdf", "AB/77.3"),
            ("AB/77.3.pdf", "AB/77.3"),
            # a folder counts where the name says nothing
            ("RB-0001/front.jpg", "RB-0001"),
            ("RB-0002/photos/front.jpg", "RB-0002"),
            ("RB-0001/RB-0002/front.jpg", "RB-0002"),
            ("RB-0001/RB-0002.jpg", "RB-0002"),
            # as written, where two serials differ by separators alone
            ("X-12.pdf", "X-12"),
            ("x_1-2.pdf", "X_1-2"),
            ("1234.csv", "1234"),
            ("RB-0001 and again RB-0001.pdf", "RB-0001"),
        ],
    )
    def test_finds_the_one_pack(self, name, serial):
        assert named(name) == Match(serial)

    @pytest.mark.parametrize(
        "name",
        [
            "front.jpg",
            "IMG1234.jpg",
            "12345.jpg",
            "20261234.csv",
            "RB-00011.pdf",
            "RB-001.pdf",
            "XRB-0001.pdf",
            "",
            "...",
            "LEAF40 123.pdf",
        ],
    )
    def test_finds_none(self, name):
        assert named(name) == Match()

    @pytest.mark.parametrize(
        ("name", "candidates"),
        [
            ("RB-0001 RB-0002.pdf", ["RB-0001", "RB-0002"]),
            ("1234_LEAF40-00123.pdf", ["1234", "LEAF40-00123"]),  # side by side: the longer is not meant more
            ("x12.pdf", ["X-12", "X_1-2"]),
        ],
    )
    def test_names_the_candidates_of_an_ambiguous_one(self, name, candidates):
        assert named(name) == Match(candidates=candidates)

    def test_stays_quick_on_a_long_name(self):
        assert named("-".join("a" * 300)) == Match()
        assert named("RB-0001", []) == Match()
