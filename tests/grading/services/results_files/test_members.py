from decimal import Decimal

from grading.models import CapacityTest
from tests.evidence import make_inspected
from tests.factories import make_pack_type
from tests.grading.results_files import capacity, errors_of, send
from tests.grading.results_workbooks import workbook


def member(pack, label, charge, **cells):
    row = {"Pack serial": pack.serial, "Member": "module", "Name in the pack": label}
    return row | {"Measured charge (Ah)": charge, "Rated charge (Ah)": "115"} | cells


class TestMembers:
    def test_go_with_the_capacity_test_of_their_pack(self, pack, instrument, actor):
        content = workbook(
            Capacity=[capacity(pack)], Members=[member(pack, "M1", "90"), member(pack, "M2", "86.25")]
        )

        file = send(content, actor, name="results.xlsx", record=True)

        test = CapacityTest.objects.get()
        assert (file.state, errors_of(file)) == ("recorded", {})
        assert [one["label"] for one in test.members] == ["M1", "M2"]
        assert test.spread_points == Decimal("3.2609") or test.spread_points > 3
        assert {row.result_id for row in file.rows.filter(kind="members")} == {test.pk}

    def test_are_refused_at_their_own_cells(self, pack, instrument, actor):
        content = workbook(
            Capacity=[capacity(pack)],
            Members=[member(pack, "M1", "90"), member(pack, "M1", "9000"), member(pack, "", "86")],
        )

        found = errors_of(send(content, actor, name="results.xlsx", record=True))

        wanted = {"members.2.label", "members.3.label", "members.3.measured_capacity_ah", "members.4.label"}
        assert set(found) == wanted
        assert not CapacityTest.objects.exists()

    def test_need_a_capacity_test_in_the_file(self, instrument, actor):
        measured, other = make_inspected(2, pack_type=make_pack_type())
        content = workbook(Capacity=[capacity(measured)], Members=[member(other, "M1", "90")])

        found = errors_of(send(content, actor, name="results.xlsx"))

        assert list(found) == ["members.2.serial"]
