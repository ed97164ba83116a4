"""A table of members, as it comes out of a spreadsheet."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from grading.domain.member_lines import LONGEST, members_text, read_members
from grading.domain.members import KINDS, MOST, Member

LABELS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)
NUMBERS = st.none() | st.decimals(min_value=D("0.1"), max_value=D(100), places=2)
MEMBERS = st.builds(
    Member, kind=st.sampled_from([*KINDS]), label=LABELS, measured_capacity_ah=NUMBERS,
    rated_capacity_ah=NUMBERS, soh_percent=NUMBERS, dcir_mohm=NUMBERS, voltage_v=NUMBERS,
)  # fmt: skip


class TestReadMembers:
    def test_takes_tabs_headings_and_decimal_commas(self):
        text = "Kind\tlabel\tAh\nseries group\t1\t85,1\n\nModule\tM 2\t80.5\t115\n"

        members, faults = read_members(text)

        assert faults == {}
        assert members == [
            Member(kind="series_group", label="1", measured_capacity_ah=D("85.1")),
            Member(kind="module", label="M 2", measured_capacity_ah=D("80.5"), rated_capacity_ah=D(115)),
        ]

    def test_names_line_and_column_of_what_cannot_be_read(self):
        _, faults = read_members("cell;1;85\nbox;2;x\ncell;3;1;2;3;4;5;6")

        assert set(faults) == {"members.1.kind", "members.1.measured_capacity_ah", "members.2.kind"}

    def test_holds_only_so_many(self):
        line = "cell\t1\t1\n"

        assert read_members(line * MOST)[1] == {}
        assert read_members(line * (MOST + 1))[1] == {"members": "At most 2000 members."}
        assert "members" in read_members("x" * (LONGEST + 1))[1]

    def test_nothing_is_no_member(self):
        assert read_members(" \n") == ([], {})

    @given(st.lists(MEMBERS, max_size=5))
    def test_reads_what_it_writes(self, members):
        assert read_members(members_text(members)) == (members, {})
