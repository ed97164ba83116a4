"""The decide command."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "data" / "decision_vectors.csv"
HEADER = (
    "id,chemistry,soh_percent,soh_source,ir_ratio,weakest_cell_soh_percent,safety,weakest_bound_from_pack_ah"
)


def decide(tmp_path, text):
    path = tmp_path / "packs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    out = io.StringIO()
    call_command("decide", str(path), stdout=out)
    return out.getvalue()


def refusal(tmp_path, text):
    with pytest.raises(CommandError) as error:
        decide(tmp_path, text)
    return str(error.value).splitlines()


class TestDecide:
    def test_prints_the_vectors_with_grade_route_and_reasons(self):
        expected = VECTORS.read_text().replace("expected_", "")

        done = subprocess.run(
            [sys.executable, "manage.py", "decide", str(VECTORS)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout == expected

    def test_reads_standard_input_and_exits_1_on_a_bad_value(self):
        done = subprocess.run(
            [sys.executable, "manage.py", "decide", "-"],
            cwd=ROOT,
            input=f"{HEADER}\nP1,LFP,high,lab,1.2,70,ok,0\n",
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, done.stdout) == (1, "")
        assert "line 2, column soh_percent: 'high' is not a number from 0 to 105" in done.stderr

    def test_echoes_values_as_written_and_ignores_other_columns(self, tmp_path):
        text = f'\ufeffnote,{HEADER}\r\n"a, b",P1, lfp ,74.00,LAB,1.2,70,ok,\r\n'

        assert decide(tmp_path, text).splitlines() == [
            f"{HEADER},grade,route,reasons",
            "P1, lfp ,74.00,LAB,1.2,70,ok,,B,pack_reuse,CAP_60_80",
        ]

    def test_takes_blanks_as_not_known(self, tmp_path):
        assert decide(tmp_path, f"{HEADER}\nP1,,,,,,,\n").splitlines()[1] == (
            "P1,,,,,,,,H,hold,SAFETY_NOT_INSPECTED"
        )

    def test_reports_every_bad_value_with_line_column_and_value(self, tmp_path):
        rows = [
            "A,LPF,74,lab,1.2,70,ok,0",
            "B,LFP,105.01,lab,0,-1,fine,2",
            "C,LFP,7e1,lab",
            'D,LFP,"7,4",x,,,ok,0',
        ]

        found = refusal(tmp_path, "\n".join([HEADER, *rows]))

        assert [line.split(": ")[0] for line in found] == [
            "line 2, column chemistry",
            "line 3, column safety",
            "line 3, column weakest_bound_from_pack_ah",
            "line 3, column soh_percent",
            "line 3, column ir_ratio",
            "line 3, column weakest_cell_soh_percent",
            "line 4, the number of cells differs from the header",
            "line 5, column soh_source",
            "line 5, column soh_percent",
        ]
        assert "'105.01'" in found[3]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "line 1: the header has no column id"),
            ("id,chemistry\nP1,LFP\n", "line 1: the header has no column soh_percent, soh_source"),
            (
                f"{HEADER}\nP\xe41,LFP,74,lab,1.2,70,ok,0\n".encode("latin-1"),
                "is not UTF-8: line 2 has the byte 0xe4",
            ),
        ],
    )
    def test_refuses_other_files(self, tmp_path, text, message):
        assert message in refusal(tmp_path, text)[0]

    def test_refuses_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read: No such file"):
            call_command("decide", str(tmp_path / "none.csv"))
