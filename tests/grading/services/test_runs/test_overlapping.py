"""One channel measures one pack at a time; results that say otherwise tell it and are kept."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.services.test_runs import preview_capacity, record_capacity
from tests.bench import MEASURED_AT, RECORDED_AT, capacity
from tests.evidence import make_inspected
from tests.factories import make_instrument, make_pack_type
from tests.grading.channeling import make_channel

HALF_AN_HOUR = {"c_rate": Decimal("1.48"), "temperature_degc": Decimal(25)}
"""74 % of the rated charge at 1.48 C."""


def overlaps(results) -> list[str]:
    return [each["words"] for result in results for each in result.departures if "overlap" in each["words"]]


class TestNameOverlaps:
    @pytest.mark.parametrize(("minutes", "found"), [(0, 1), (29, 1), (30, 0), (-29, 1), (-30, 0)])
    def test_compares_with_what_is_here(self, instrument, actor, minutes, found):
        channel, (first, second) = make_channel(instrument), make_inspected(2, chemistry="LFP")
        at = MEASURED_AT - timedelta(hours=1)
        slow = capacity(first, instrument, channel_id=channel.pk, measured_at=at)
        record_capacity(rows=[slow], actor=actor, at=RECORDED_AT)
        late = at + timedelta(minutes=minutes)
        row = capacity(second, instrument, channel_id=channel.pk, measured_at=late, **HALF_AN_HOUR)

        [preview] = preview_capacity(rows=[row], actor=actor, at=RECORDED_AT)
        results = record_capacity(rows=[row], actor=actor, at=RECORDED_AT)

        assert len(overlaps(results)) == found
        assert preview.result and overlaps([preview.result]) == overlaps(results)

    def test_compares_the_rows_of_a_set_and_names_no_pack(self, instrument, actor):
        channel, packs = make_channel(instrument), make_inspected(3, chemistry="LFP")
        rows = [capacity(pack, instrument, channel_id=channel.pk) for pack in packs]

        results = record_capacity(rows=rows, actor=actor, at=RECORDED_AT)

        words = f"overlaps with a test of another pack on this channel at {MEASURED_AT:%Y-%m-%d %H:%M} UTC"
        assert overlaps(results) == [words] * 3
        assert not any(each["is_grave"] for each in results[0].departures)

    @pytest.mark.parametrize(("minutes", "found"), [(0, 1), (30, 1), (31, 0), (-30, 1)])
    def test_names_another_instrument_that_had_the_pack(self, instrument, actor, minutes, found):
        [pack] = make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))
        record_capacity(rows=[capacity(pack, instrument)], actor=actor, at=RECORDED_AT)
        by_energy = {"basis": "kwh", "reference_source": "pack_type", "measured_energy_kwh": Decimal(30)}
        row = capacity(
            pack, make_instrument(), **by_energy | HALF_AN_HOUR,
            measured_at=MEASURED_AT + timedelta(minutes=minutes),
        )  # fmt: skip

        [preview] = preview_capacity(rows=[row], actor=actor, at=RECORDED_AT + timedelta(hours=1))
        results = record_capacity(rows=[row], actor=actor, at=RECORDED_AT + timedelta(hours=1))

        when = f"{MEASURED_AT:%Y-%m-%d %H:%M} UTC"
        words = f"overlaps with a test of this pack with another instrument at {when}"
        assert overlaps(results) == [words] * found
        assert preview.result and overlaps([preview.result]) == overlaps(results)

    def test_leaves_other_channels_and_the_same_pack_alone(self, pack, instrument, actor):
        channels = [make_channel(instrument, code) for code in "12"]
        other = make_inspected(chemistry="LFP")[0]
        rows = [
            capacity(p, instrument, channel_id=c.pk) for p, c in zip([pack, other], channels, strict=True)
        ]
        again = capacity(pack, instrument, channel_id=channels[0].pk, reason="Mistyped")

        assert overlaps(record_capacity(rows=rows, actor=actor, at=RECORDED_AT, then_grade=False)) == []
        assert overlaps(record_capacity(rows=[again], actor=actor, at=RECORDED_AT, then_grade=False)) == []
