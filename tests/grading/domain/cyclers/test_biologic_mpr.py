"""BioLogic's .mpr: an optional reader; without it, the text export is asked for."""

from importlib.util import find_spec

import pytest

from grading.domain.cyclers import biologic_mpr
from grading.domain.cyclers.biologic_mpr import MAGIC, read_mpr
from grading.domain.cyclers.table import Unreadable
from tests.grading.domain.cyclers.real_files import charges_ah, expected_of, real_file

optional = pytest.mark.skipif(find_spec("galvani") is None, reason="needs requirements/mpr.txt (GPL-3.0)")


class TestReadMpr:
    def test_asks_for_the_text_export_where_the_reader_is_not_installed(self, tmp_path, monkeypatch):
        monkeypatch.setattr(biologic_mpr, "find_spec", lambda name: None)
        path = tmp_path / "a.mpr"
        path.write_bytes(MAGIC)

        with pytest.raises(Unreadable, match=r"Export as text, and send the \.mpt") as caught:
            read_mpr(path)

        assert caught.value.code == "E_FORMAT"

    @optional
    def test_refuses_a_damaged_file(self, tmp_path):
        path = tmp_path / "a.mpr"
        path.write_bytes(MAGIC + bytes(1000))

        with pytest.raises(Unreadable, match="damaged"):
            read_mpr(path)

    @optional
    @pytest.mark.parametrize("name", ["biologic/gcpl.issue_211.mpr", "biologic/mb.issue_218.mpr"])
    def test_agrees_with_the_makers_own_export(self, name):
        expected = expected_of(name)

        reading = read_mpr(real_file(name))

        assert len(reading) == expected["rows"]
        charged, discharged = charges_ah(reading)
        assert charged == pytest.approx(expected["Q_chg_Ah"], rel=1e-3, abs=1e-12)
        assert discharged == pytest.approx(expected["Q_dch_Ah"], rel=1e-3, abs=1e-12)
        assert [reading.voltage_v.min(), reading.voltage_v.max()] == pytest.approx(
            expected["v_range"], abs=1e-4
        )
