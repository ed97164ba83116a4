"""Members of a pack: weakest, spread, and what contradicts the pack."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.members import (
    LONGEST_LABEL,
    MOST,
    Layout,
    Member,
    bound_conflict,
    counting_weakest,
    faults_in,
    reference_of,
    spread_points,
    unmeasured,
    weakest_of,
    with_soh,
)

LEAF = Layout(rated_capacity_ah=D(115), series_count=96, parallel_count=2, module_count=24)
NOBODY_SAID = Layout()


def member(label="1", kind="module", **values) -> Member:
    return Member(kind=kind, label=label, **{name: value and D(value) for name, value in values.items()})


def modules(*sohs: str | None) -> list[Member]:
    return [
        member(str(n), soh_percent=soh, voltage_v=None if soh else "7.6") for n, soh in enumerate(sohs, 1)
    ]


class TestReferenceOf:
    @pytest.mark.parametrize(
        ("found", "layout", "reference"),
        [
            (member(kind="series_group"), LEAF, "115"),
            (member(kind="cell"), LEAF, "57.5"),  # two in parallel share the charge
            (member(kind="module"), LEAF, None),  # nobody knows how they are wired
            (member(kind="module", rated_capacity_ah="57.5"), LEAF, "57.5"),
            (member(kind="series_group", rated_capacity_ah="110"), LEAF, "110"),
            (member(kind="series_group"), NOBODY_SAID, None),
            (member(kind="cell"), Layout(rated_capacity_ah=D(115)), None),
        ],
    )
    def test_follows_from_the_wiring_or_is_given(self, found, layout, reference):
        assert reference_of(found, layout) == (reference and D(reference))


class TestFaultsIn:
    @pytest.mark.parametrize(
        ("given_", "fields"),
        [
            ([member(soh_percent="70")], set()),
            ([member(soh_percent="0")], set()),
            ([member(soh_percent="105")], set()),
            ([member(soh_percent="105.01")], {"members.0.soh_percent"}),
            ([member(soh_percent="-0.01")], {"members.0.soh_percent"}),
            ([member()], {"members.0.measured_capacity_ah"}),
            ([member(voltage_v="7.6")], set()),
            ([member(dcir_mohm="0.01")], set()),
            ([member(dcir_mohm="0.009")], {"members.0.dcir_mohm"}),
            ([member(label=" ", soh_percent="70")], {"members.0.label"}),
            ([member(label="x" * LONGEST_LABEL, soh_percent="70")], set()),
            ([member(label="x" * (LONGEST_LABEL + 1), soh_percent="70")], {"members.0.label"}),
            ([member(kind="brick", soh_percent="70")], {"members.0.kind"}),
            ([member(measured_capacity_ah="50")], {"members.0.rated_capacity_ah"}),
            ([member(measured_capacity_ah="50", rated_capacity_ah="57.5")], set()),
            (
                [member(measured_capacity_ah="50", rated_capacity_ah="57.5", soh_percent="87")],
                {"members.0.soh_percent"},
            ),
            ([member(kind="series_group", measured_capacity_ah="120.75")], set()),  # 105 %
            (
                [member(kind="series_group", measured_capacity_ah="120.76")],
                {"members.0.measured_capacity_ah"},
            ),
            (
                [member("A", soh_percent="70"), member(" A", soh_percent="71")],
                {"members.0.label", "members.1.label"},
            ),
            ([member("1", soh_percent="70"), member("1", kind="cell", soh_percent="71")], set()),
        ],
    )
    def test_names_every_fault_of_every_member(self, given_, fields):
        assert set(faults_in(given_, LEAF)) == fields

    def test_counts_against_the_type(self):
        assert faults_in(modules(*["70"] * 24), LEAF) == {}
        assert set(faults_in(modules(*["70"] * 25), LEAF)) == {"members"}
        assert faults_in(modules(*["70"] * 25), NOBODY_SAID) == {}

    def test_has_a_bound(self):
        assert faults_in(modules(*["70"] * MOST), NOBODY_SAID) == {}
        assert set(faults_in(modules(*["70"] * (MOST + 1)), NOBODY_SAID)) == {"members"}


class TestWithSoh:
    def test_computes_it_rounded_down_and_leaves_reported_ones(self):
        group = member(kind="series_group", measured_capacity_ah="76.6666")
        reported = member(soh_percent="70.5")

        assert [m.soh_percent for m in with_soh([group, reported], LEAF)] == [D("66.6666"), D("70.5")]


class TestWeakest:
    def test_is_the_lowest_and_the_first_of_equals(self):
        found = weakest_of(modules("75", None, "70", "70"))

        assert found and found.label == "3"
        assert weakest_of(modules(None, None)) is None

    @pytest.mark.parametrize(
        ("count", "is_bounded", "counts"),
        [(24, False, True), (23, False, False), (23, True, True), (24, True, True)],
    )
    def test_of_a_part_counts_only_where_the_pack_bounds_the_rest(self, count, is_bounded, counts):
        found = counting_weakest(modules(*["70"] * count), LEAF, is_bounded=is_bounded)

        assert (found is not None) is counts

    @pytest.mark.parametrize(
        ("members", "layout", "words"),
        [
            (modules(*["70"] * 24), LEAF, ""),
            (modules(*["70"] * 23), LEAF, "SOH is known of 23 of 24 modules only"),
            (modules(*["70"] * 23, None), LEAF, "SOH is known of 23 of 24 modules only"),
            (modules("70"), NOBODY_SAID, ""),
            (modules(None), LEAF, ""),
        ],
    )
    def test_says_how_many_are_not_known(self, members, layout, words):
        assert unmeasured(members, layout) == words


class TestSpreadPoints:
    @pytest.mark.parametrize(
        ("members", "spread"),
        [
            (modules("85", "70"), "15"),
            (modules("85.0001", "70", "80"), "15.0001"),
            (modules("85"), None),
            (modules(None, None), None),
            ([], None),
            # A cell and its module are not compared; the kind that differs most counts.
            ([*modules("85", "80"), member("c", kind="cell", soh_percent="40")], "5"),
            (
                [*modules("85", "80"), *(member(s, kind="cell", soh_percent=s) for s in ("70", "77"))],
                "7",
            ),
        ],
    )
    def test_is_best_less_worst_of_one_kind(self, members, spread):
        assert spread_points(members) == (spread and D(spread))

    @given(st.lists(st.decimals(0, 105, places=2), min_size=2, max_size=30))
    def test_is_never_negative_and_never_more_than_the_scale(self, values):
        spread = spread_points(modules(*map(str, values)))

        assert spread is not None and 0 <= spread <= 105


class TestBoundConflict:
    @pytest.mark.parametrize(
        ("weakest", "kind", "basis", "ended", "parallel", "flagged"),
        [
            ("73.99", "series_group", "ah", True, None, True),
            ("74", "series_group", "ah", True, None, False),
            ("74.01", "module", "ah", True, None, False),
            (None, "", "ah", True, None, False),
            ("60", "series_group", "ah", False, None, False),
            ("60", "series_group", "kwh", True, None, False),
            ("60", "cell", "ah", True, None, True),
            ("60", "cell", "ah", True, 1, True),
            ("60", "cell", "ah", True, 2, False),  # its neighbors in parallel carry the charge
            ("60", "module", "ah", True, 2, True),
        ],
    )
    def test_flags_what_series_cannot_be(self, weakest, kind, basis, ended, parallel, flagged):
        words = bound_conflict(
            soh_percent=D(74),
            weakest_soh_percent=weakest and D(weakest),
            weakest_kind=kind,
            basis=basis,
            ended_by_cell_limit=ended,
            parallel_count=parallel,
        )

        assert bool(words) is flagged


class TestJson:
    @pytest.mark.parametrize(
        "found", [member(soh_percent="70.10"), member(kind="cell", measured_capacity_ah="2.500")]
    )
    def test_survives_and_leaves_out_what_was_not_measured(self, found):
        stored = found.to_json()

        assert Member.from_json(stored) == found
        assert len(stored) == 3
