"""The read_cycler command: its keys, its exit codes, and that it needs no server."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.grading.domain.cyclers.neware_files import CHARGE, DISCHARGE, REST, Step, write_nda
from tests.grading.domain.cyclers.real_files import expected_of, real_file

ROOT = Path(__file__).parents[3]
KEYS = {
    "format", "reader", "rows", "columns", "duration_s", "voltage_v", "current_a", "charge_ah",
    "discharge_ah", "capacity_chains", "pulses", "soh_percent", "flags",
}  # fmt: skip
LIMITS = ("--rated-ah", "2.5", "--vmin", "3.0", "--vmax", "4.2")
CAPACITY_TEST = (
    Step(REST, 0.0, 3600, (3.50, 3.50)),
    Step(CHARGE, 1.0, 7200, (3.51, 4.20)),
    Step(CHARGE, 0.1, 3600, (4.20, 4.20)),
    Step(REST, 0.0, 3600, (4.19, 4.19)),
    Step(DISCHARGE, -1.0, 8280, (4.15, 3.00)),
    Step(REST, 0.0, 1800, (3.10, 3.10)),
)
"""2.3 Ah from full to empty."""


def told(*arguments):
    """Return exit code, standard output and standard error."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("read_cycler", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue(), err.getvalue()


class TestReadCycler:
    def test_prints_what_a_capacity_test_gives(self, tmp_path):
        code, out, _ = told(write_nda(tmp_path / "a.nda", CAPACITY_TEST), *LIMITS, "--json")

        shown = json.loads(out)
        assert code == 0, shown["flags"]
        assert set(shown) >= KEYS and "tests" not in shown
        assert (shown["format"], shown["reader"].split()[0], shown["rows"]) == ("neware_nda", "fastnda", 2814)
        assert shown["duration_s"] == 28_080
        assert shown["voltage_v"] == pytest.approx([3.0, 4.2])
        assert shown["current_a"] == pytest.approx([-1.0, 1.0])
        assert (shown["charge_ah"], shown["discharge_ah"]) == pytest.approx((2.1, 2.3), rel=1e-3)
        (chain,) = shown["capacity_chains"]
        assert set(chain) >= {"ah", "wh", "row_from", "row_to", "c_rate", "temperature_mean_degc"}
        assert chain["ah"] == pytest.approx(2.3, rel=1e-3)
        assert chain["c_rate"] == pytest.approx(0.4)
        assert shown["soh_percent"] == pytest.approx(92.0, rel=1e-3)

    def test_says_the_same_in_words(self, tmp_path):
        code, out, _ = told(write_nda(tmp_path / "a.nda", CAPACITY_TEST), *LIMITS)

        assert code == 0
        assert "neware_nda, read by fastnda" in out and "2,814 records" in out
        assert "full to empty: 2.3" in out and "SOH 92.0 %" in out

    def test_exits_1_and_says_why_nothing_may_be_concluded(self, tmp_path):
        path = write_nda(tmp_path / "a.nda", [Step(REST, 0.0, 3600, (3.5, 3.5))])

        code, out, _ = told(path, *LIMITS, "--json")

        shown = json.loads(out)
        assert code == 1
        assert "E_NO_LOAD" in [flag["code"] for flag in shown["flags"]]
        assert shown["soh_percent"] is None and shown["capacity_chains"] == []

    def test_exits_2_with_the_same_keys_for_what_is_unreadable(self, tmp_path):
        path = tmp_path / "a.nda"
        path.write_bytes(b"%PDF-1.7")

        code, out, err = told(path, "--json")

        shown = json.loads(out)
        assert code == 2
        assert set(shown) == KEYS and shown["rows"] == 0
        (flag,) = shown["flags"]
        assert flag["code"] == "E_FORMAT" and flag["message"] in err

    def test_exits_2_for_a_file_that_is_not_there(self, tmp_path):
        code, out, err = told(tmp_path / "absent.nda")

        assert (code, out) == (2, "") and "cannot be opened" in err

    def test_puts_the_longest_of_several_tests_first_and_lists_all(self, tmp_path):
        block = "[Data]\nDate and Time,Cycle Number,Step Type,Run Time (h),Current (A),Potential (V)\n"
        lines = [f"2026-11-20 08:00:{at:02},0,1,{at / 3600},0.5,{3.5 + at / 1000}\n" for at in range(9)]
        path = tmp_path / "a.csv"
        path.write_text("[Summary]\n" + block + "".join(lines[:4]) + block + "".join(lines))

        _, out, _ = told(path, "--json")

        shown = json.loads(out)
        assert [test["rows"] for test in shown["tests"]] == [4, 9]
        assert shown["rows"] == 9

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (["--rated-ah", "0"], "--rated-ah"),
            (["--rated-ah=-5"], "--rated-ah"),
            (["--rated-ah", "nan"], "--rated-ah"),
            (["--rated-ah", "inf"], "--rated-ah"),
            (["--vmax", "nan"], "--vmax"),
            (["--vmin", "x"], "--vmin"),
            (["--series", "0"], "--series"),
            (["--series=-1"], "--series"),
            (["--vmin", "4.2", "--vmax", "3.0"], "--vmin must be below --vmax"),
        ],
    )
    def test_refuses_a_rating_that_no_object_has(self, tmp_path, given, told):
        with pytest.raises(CommandError, match=told):
            call_command("read_cycler", str(tmp_path / "a.nda"), *given)

    def test_needs_no_server(self, tmp_path):
        path = write_nda(tmp_path / "a.nda", CAPACITY_TEST)

        ended = subprocess.run(
            [sys.executable, "manage.py", "read_cycler", str(path), *LIMITS, "--json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
                 "REDIS_URL": "redis://127.0.0.1:1/0", "REBATTERY_LOCAL": "1"},
        )  # fmt: skip

        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["rows"] == 2814

    def test_agrees_with_a_real_test(self):
        name = "bitrode_leaf/1C-Discharge-Bitrode-data.csv"

        code, out, _ = told(real_file(name), "--rated-ah", 33.1, "--vmin", 3.0, "--vmax", 4.2, "--json")

        shown = json.loads(out)
        expected = expected_of(name)
        assert code == 0, shown["flags"]
        assert shown["rows"] == expected["rows"]
        assert shown["charge_ah"] == pytest.approx(expected["Q_chg_Ah"], rel=1e-3)
        assert shown["soh_percent"] == pytest.approx(91.65, rel=5e-3)
