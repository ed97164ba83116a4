"""Chemistry names as suppliers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.chemistry import Chemistry, resolve_chemistry


class TestResolveChemistry:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("LFP", (Chemistry.LFP, "")),
            ("LiFePO4", (Chemistry.LFP, "")),
            ("Lithium-Eisenphosphat", (Chemistry.LFP, "")),
            ("磷酸铁锂", (Chemistry.LFP, "")),
            ("刀片", (Chemistry.LFP, "")),
            ("ＮＭＣ", (Chemistry.NMC, "")),
            ("NMC 622", (Chemistry.NMC, "622")),
            ("ncm-811", (Chemistry.NMC, "811")),
            ("NMC(532)", (Chemistry.NMC, "532")),
            ("Li-NMC", (Chemistry.NMC, "")),
            ("三元锂", (Chemistry.NMC, "")),
            ("NCMA", (Chemistry.NMC, "")),
            ("NCA", (Chemistry.NCA, "")),
            ("LMO", (Chemistry.LMO, "")),
            ("锰酸锂", (Chemistry.LMO, "")),
            ("LMFP", (Chemistry.LMFP, "")),
            ("SCiB", (Chemistry.LTO, "")),
            ("钴酸锂", (Chemistry.LCO, "")),
            ("Na-ion", (Chemistry.NA_ION, "")),
            ("NI-MH", (Chemistry.NIMH, "")),
            ("AGM", (Chemistry.PB, "")),
        ],
    )
    def test_names_a_class_and_its_detail(self, text, expected):
        assert resolve_chemistry(text) == expected

    @pytest.mark.parametrize("text", ["LMO/NMC", "lmo + nca", "NMC & LFP", "LCO/LMO"])
    def test_calls_a_blend_with_nickel_or_cobalt_by_its_strictest_member(self, text):
        assert resolve_chemistry(text) == (Chemistry.NI_BLEND, text)

    def test_keeps_a_blend_of_one_class_in_that_class(self):
        assert resolve_chemistry("NMC532/NMC622") == (Chemistry.NMC, "NMC532/NMC622")

    def test_calls_a_blend_without_nickel_other_lithium(self):
        assert resolve_chemistry("LFP/LMO") == (Chemistry.OTHER_LI, "LFP/LMO")

    @pytest.mark.parametrize(
        "text", ["Li-Ion", "lithium", "LiPo", "EV battery", "锂电池", "NMC/magic", "", "  "]
    )
    def test_does_not_take_a_family_name_for_a_chemistry(self, text):
        assert resolve_chemistry(text)[0] is Chemistry.UNKNOWN

    @pytest.mark.parametrize("chemistry", Chemistry)
    def test_reads_its_own_codes(self, chemistry):
        assert resolve_chemistry(chemistry.value.replace("_", "-"))[0] is chemistry

    @given(st.text())
    def test_answers_for_any_text(self, text):
        assert resolve_chemistry(text)[0] in Chemistry


class TestLabel:
    @pytest.mark.parametrize("chemistry", Chemistry)
    def test_every_class_has_one(self, chemistry):
        assert chemistry.label
