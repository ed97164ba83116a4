"""The decide command."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grading.domain.policy import compile_policy, policy_sha256, seed_document
from grading.domain.policy_templates import template_document
from grading.services.policies import publish, store
from rebattery.actor import SYSTEM
from tests.factories import AT
from tests.grading.domain.packs import TERMS, changed_document

ROOT = Path(__file__).parents[3]
DECIDE = [sys.executable, "manage.py", "decide"]
VECTORS = ROOT / "tests" / "data" / "decision_vectors.csv"
HEADER = (
    "id,chemistry,soh_percent,soh_source,ir_ratio,weakest_cell_soh_percent,safety,weakest_bound_from_pack_ah"
)


def decide(tmp_path, text, *options):
    return both(tmp_path, text, *options)[0]


def both(tmp_path, text, *options):
    """Return what goes to standard output and to standard error."""
    path = tmp_path / "packs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    out, err = io.StringIO(), io.StringIO()
    call_command("decide", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


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


ROW = f"{HEADER}\nP1,LFP,29.99,lab,1.2,28,ok,0\n"


class TestPolicy:
    def test_may_be_any_that_ships_and_needs_no_database(self, tmp_path):
        path = tmp_path / "packs.csv"
        path.write_text(ROW)
        done = subprocess.run(
            [
                sys.executable,
                "manage.py",
                "decide",
                str(path),
                "--policy",
                "china-floor-30",
                "--version",
                "1",
            ],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout.splitlines()[1].endswith(",D,recycling,WEAK_CELL_FLOOR")
        sha256 = policy_sha256(template_document("china-floor-30"))
        assert done.stderr == f"china-floor-30 v1, shipped with the product, SHA-256 {sha256}\n"

    def test_that_is_published_goes_before_one_that_ships(self, db, tmp_path):
        publish(document=changed_document(id="house"), actor=SYSTEM, at=AT)
        newer = changed_document(id="house", version=2, floors={"pack_percent": "30"})
        newest = publish(document=newer, actor=SYSTEM, at=AT)

        out, err = both(tmp_path, ROW, "--policy", "house")
        assert out.splitlines()[1].endswith(",D,recycling,SOH_BELOW_20")
        assert err == f"house v2, published, SHA-256 {newest.sha256}\n"
        assert (
            decide(tmp_path, ROW, "--policy", "house", "--version", "1")
            .splitlines()[1]
            .endswith(",C,small_application,CAP_20_60")
        )

    def test_that_was_published_decides_under_later_rules_too(self, db, tmp_path):
        document = seed_document() | {"id": "house", "guard_band_pts": "1"}
        document["evidence"] = document["evidence"] | {"undecided_factor": "1.65"}
        store(policy=compile_policy(document), actor=SYSTEM, at=AT)

        assert both(tmp_path, ROW, "--policy", "house")[1].startswith("house v1, published, SHA-256 ")

    def test_may_come_from_a_file(self, tmp_path):
        path = tmp_path / "policy.json"
        path.write_text(json.dumps(changed_document(id="mine", floors={"pack_percent": "30"})))

        out, err = both(tmp_path, ROW, "--document", str(path))
        assert out.splitlines()[1].endswith(",D,recycling,SOH_BELOW_20")
        assert err.startswith(f"mine v1, from {path}, SHA-256 ")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                ["--policy", "nix"],
                "No policy nix ships with the product, nor is one published. Shipped: seed-v1",
            ),
            (["--policy", "seed-v1", "--version", "7"], "No policy seed-v1 v7 ships"),
            (["--version", "1"], "--version needs --policy."),
            (["--document", "/nowhere.json"], "/nowhere.json cannot be read: No such file or directory"),
            (["--policy", "seed-v1", "--document", "x"], "not allowed with argument"),
        ],
    )
    def test_that_cannot_be_found_is_refused(self, db, tmp_path, options, message):
        with pytest.raises(CommandError, match=re.escape(message)):
            decide(tmp_path, ROW, *options)

    def test_with_faults_names_them(self, tmp_path):
        path = tmp_path / "policy.json"
        path.write_text('{"id": "half"}')
        with pytest.raises(CommandError, match="bands is missing"):
            decide(tmp_path, ROW, "--document", str(path))

    def test_reads_the_facts_that_it_asks_for(self, tmp_path):
        path = tmp_path / "policy.json"
        path.write_text(json.dumps(changed_document(id="mine", grade_validity=TERMS)))
        rows = [f"{HEADER},soh_age_months", "P1,LFP,74,lab,1.2,70,ok,0,12", "P2,LFP,74,lab,1.2,70,ok,0,13"]

        found = decide(tmp_path, "\n".join(rows), "--document", str(path)).splitlines()[1:]
        assert [line.split(",", 8)[8] for line in found] == [
            "B,pack_reuse,CAP_60_80",
            "H,hold,GRADE_EXPIRED",
        ]

    @pytest.mark.parametrize(
        ("column", "value", "outcome"),
        [
            ("identity_confirmed", "0", "H,hold,IDENTITY_UNCONFIRMED"),
            ("identity_confirmed", "yes", "B,pack_reuse,CAP_60_80"),
            ("beyond_calendar_life", "1", "D,recycling,UL1974_AGE_BLOCK"),
            ("beyond_calendar_life", "No", "B,pack_reuse,CAP_60_80"),
            ("ir_comparable", "no", "H,hold,IR_NOT_COMPARABLE"),
            ("has_history", "", "B,pack_reuse,CAP_60_80"),
        ],
    )
    def test_reads_answers_where_they_are_given(self, tmp_path, column, value, outcome):
        text = f"{HEADER},{column}\nP1,LFP,74,lab,1.2,70,ok,0,{value}\n"

        assert decide(tmp_path, text).splitlines()[1].split(",", 8)[8] == outcome

    def test_names_the_columns_that_it_does_not_read(self, tmp_path):
        _, err = both(tmp_path, f"{HEADER},note,insurer\nP1,LFP,74,lab,1.2,70,ok,0,,\n")

        assert "Not read, for no policy asks for it: note, insurer\n" in err

    def test_refuses_odd_values_of_those_facts(self, tmp_path):
        text = f"{HEADER},soh_age_months,soh_u_points\nP1,LFP,74,lab,1.2,70,ok,0,1.5,-1\n"
        assert refusal(tmp_path, text) == [
            "line 2, column soh_u_points: '-1' is not a number from 0 to 100",
            "line 2, column soh_age_months: '1.5' is not a whole number from 0 to 700",
        ]
