"""A corrected manifest changes what has not arrived, and nothing else; each change has its event."""

from datetime import date

import pytest

from intake.models import Batch, Manifest, Pack
from intake.queries.differences import Kind, difference_of, files_of
from intake.services import manifests
from intake.services.manifests import lease as leases
from intake.services.manifests import running
from intake.services.receiving import close_batch, receive_many
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.audit.verify import verify
from tests.factories import AT, balance, make_actor, make_batch, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import (
    READER,
    accept,
    draft,
    edit,
    imported,
    lapse,
    problems,
    read,
    submitted,
    trail_of,
)

SERIALS = ("RB-0001", "RB-0002", "RB-0003", "RB-0004")


@pytest.fixture
def batch(db):
    return imported(make_supplier(), manifest_csv(*SERIALS))


def lines(*rows):
    """Return a file with a line per (serial, cells that differ)."""
    heading, *_ = manifest_csv("X").decode().splitlines()
    return "\n".join(
        [heading, *(manifest_csv(serial, **cells).decode().splitlines()[1] for serial, cells in rows), ""]
    ).encode()


CORRECTED = lines(
    ("RB-0003", {}),
    ("RB-0001", {"SOH (%)": "70.25", "Model": "Zoe"}),
    ("RB-0002", {"SOH (%)": "60"}),
    ("RB-0009", {}),
)


def corrected(batch, content=CORRECTED, name="second.csv"):
    return draft(batch.supplier, content, replaces=batch, name=name)


def applied(batch, content=CORRECTED, name="second.csv", **options):
    manifest = submitted(corrected(batch, content, name), "announce_all", **options)
    assert manifest.state == "imported", manifest.refusal
    return manifest


def packs(batch):
    return {p.serial: p for p in Pack.objects.filter(batch=batch)}


def codes(pack):
    return [event.event_type for event in trail_of("pack", pack)]


class TestDifferenceOf:
    def test_tells_each_kind_by_serial(self, batch):
        receive_many(batch_id=batch.pk, serials=["RB-0002"], actor=SYSTEM, at=AT)

        found = difference_of(manifest=corrected(batch))

        assert {kind.value: count for kind, count in found.counts.items() if count} == {
            "added": 1, "changed": 1, "same": 1, "withdrawn": 1, "here_differs": 1,
        }  # fmt: skip
        [changed] = found.packs[Kind.CHANGED]
        assert (changed.serial, changed.row) == ("RB-0001", 3)
        assert ("Declared SOH (%)", "78.5", "70.25") in changed.changes
        assert ("Model", "Leaf", "Zoe") in changed.changes
        assert [pack.serial for pack in found.packs[Kind.ADDED]] == ["RB-0009"]
        assert [pack.serial for pack in found.packs[Kind.WITHDRAWN]] == ["RB-0004"]
        [here] = found.packs[Kind.HERE_DIFFERS]
        assert here.changes == [("Declared SOH (%)", "78.5", "60")]

    def test_finds_none_in_the_same_rows(self, batch):
        again = manifest_csv(*reversed(SERIALS))

        found = difference_of(manifest=corrected(batch, again))

        assert found.is_none and found.counts[Kind.SAME] == 4

    def test_tells_what_has_arrived_and_is_listed_no_more(self, batch):
        receive_many(batch_id=batch.pk, serials=["RB-0001"], actor=SYSTEM, at=AT)

        found = difference_of(manifest=corrected(batch, manifest_csv(*SERIALS[1:])))

        assert found.is_none and found.counts[Kind.HERE_UNLISTED] == 1


class TestRevise:
    def test_changes_adds_and_withdraws_with_their_events(self, batch):
        manifest = applied(batch)
        balance()

        now = packs(batch)
        assert {serial: pack.status for serial, pack in now.items()} == {
            "RB-0001": "announced", "RB-0002": "announced", "RB-0003": "announced",
            "RB-0004": "withdrawn", "RB-0009": "announced",
        }  # fmt: skip
        assert (str(now["RB-0001"].declared_soh_percent), now["RB-0001"].model) == ("70.25", "Zoe")
        assert {serial: pack.row for serial, pack in now.items()} == {
            "RB-0001": 3, "RB-0002": 4, "RB-0003": 2, "RB-0004": 5, "RB-0009": 5,
        }  # fmt: skip
        assert codes(now["RB-0001"]) == ["pack.announced", "pack.declaration_changed"]
        assert codes(now["RB-0003"]) == ["pack.announced", "pack.listed_again"]
        assert codes(now["RB-0004"]) == ["pack.announced", "pack.withdrawn"]
        assert codes(now["RB-0009"]) == ["pack.announced"]
        changed = trail_of("pack", now["RB-0001"])[-1]
        assert changed.before["declared_soh_percent"] == "78.50"
        assert changed.after["declared_soh_percent"] == "70.25"
        assert (changed.before["model"], changed.after["model"]) == ("Leaf", "Zoe")
        assert changed.facts == {"file": "second.csv", "row": 3}
        told = trail_of("pack", now["RB-0004"])[-1]
        assert told.reason == "Not in the corrected file second.csv."
        done = trail_of("manifest", manifest)[-1]
        assert done.event_type == "manifest.applied"
        assert done.facts == {
            "batch": batch.number, "added": 1, "changed": 2,
            "listed_again": 1, "withdrawn": 1, "unchanged": 1, "untouched": 0,
        }  # fmt: skip
        assert Batch.objects.count() == 1 and files_of(batch=batch) == [batch.manifest, manifest]
        assert list(verify()) == []

    def test_never_touches_what_has_arrived(self, batch):
        receive_many(batch_id=batch.pk, serials=["RB-0002", "RB-0004"], actor=SYSTEM, at=AT)
        before = packs(batch)

        applied(batch)

        now = packs(batch)
        for serial in ("RB-0002", "RB-0004"):
            assert now[serial].status == "received" and now[serial].version == before[serial].version
            assert now[serial].declared_soh_percent == before[serial].declared_soh_percent
            assert codes(now[serial]) == ["pack.announced", "pack.received"]

    def test_changes_nothing_when_run_again(self, batch):
        manifest = applied(batch)
        events = Event.objects.count()

        assert manifests.run(manifest_id=manifest.pk, actor=READER, at=AT).state == "imported"
        assert accept(batch.supplier, CORRECTED, replaces=batch) == manifest
        assert Event.objects.count() == events and Pack.objects.count() == 5

    def test_leaves_rows_alone_that_say_the_same(self, batch):
        applied(batch, manifest_csv(*SERIALS) + b"\n")

        assert {tuple(codes(pack)) for pack in packs(batch).values()} == {("pack.announced",)}

    def test_follows_the_newest_of_several_files(self, batch):
        first = applied(batch, name="second.csv")
        third = lines(("RB-0001", {"SOH (%)": "55"}), ("RB-0009", {}))

        second = applied(batch, third, name="third.csv")

        assert files_of(batch=batch) == [batch.manifest, first, second]
        assert str(packs(batch)["RB-0001"].declared_soh_percent) == "55.00"
        assert packs(batch)["RB-0003"].status == "withdrawn"

    def test_takes_the_new_day_of_arrival(self, batch):
        applied(batch, expected_on=date(2026, 12, 1))
        balance()

        batch.refresh_from_db()
        assert batch.expected_on == date(2026, 12, 1)
        assert trail_of("batch", batch)[-1].event_type == "batch.expected"

    def test_applies_nothing_while_a_row_is_wrong(self, batch):
        manifest = corrected(batch, lines(("RB-0001", {"SOH (%)": "182"}), ("RB-0002", {})))

        with pytest.raises(manifests.StillWrong):
            submitted(manifest, "announce_valid")

        assert {pack.status for pack in packs(batch).values()} == {"announced"}
        edit(manifest, {2: {5: "80"}})
        assert submitted(manifest, "announce_all").state == "imported"

    def test_is_only_checked_at_first_whatever_was_asked_for(self, batch):
        manifest = read(accept(batch.supplier, CORRECTED, replaces=batch, intent="announce_all"))

        assert manifest.state == "draft" and len(packs(batch)) == 4

    def test_refuses_a_closed_batch(self, batch):
        manifest = corrected(batch)
        close_batch(batch_id=batch.pk, actor=SYSTEM, at=AT)

        with pytest.raises(manifests.BatchIsClosed):
            submitted(manifest, "announce_all")

    def test_stays_a_draft_when_the_batch_is_closed_meanwhile(self, batch):
        manifest = corrected(batch)
        manifests.submit(
            manifest_id=manifest.pk, intent="announce_all", expected_on=None, actor=make_actor(), at=AT
        )
        close_batch(batch_id=batch.pk, actor=SYSTEM, at=AT)

        manifest = read(manifest)

        assert manifest.state == "draft" and "closed" in manifest.refusal
        assert set(packs(batch)) == set(SERIALS)

    def test_applies_nothing_when_the_batch_changes_before_the_worker_comes(self, batch):
        manifest = corrected(batch)
        looked_at = difference_of(manifest=manifest).digest
        manifests.submit(
            manifest_id=manifest.pk,
            intent="announce_all",
            expected_on=None,
            actor=make_actor(),
            at=AT,
            difference=looked_at,
        )
        receive_many(batch_id=batch.pk, serials=["RB-0002"], actor=SYSTEM, at=AT)

        manifest = read(manifest)
        balance()

        assert manifest.state == "draft" and "has changed since" in manifest.refusal
        assert {pack.version for serial, pack in packs(batch).items() if serial != "RB-0002"} == {1}
        assert [e.event_type for e in trail_of("manifest", manifest)][-2:] == [
            "manifest.submitted", "manifest.checked",
        ]  # fmt: skip
        now = difference_of(manifest=manifest).digest
        assert now != looked_at and submitted(manifest, "announce_all", difference=now).state == "imported"

    def test_a_worker_that_lost_its_lease_changes_nothing(self, batch, monkeypatch):
        manifest, revise = corrected(batch), running.revise

        def taken_over_first(*args):
            lapse(manifest)
            assert leases.claim(manifest_id=manifest.pk)
            revise(*args)

        monkeypatch.setattr(running, "revise", taken_over_first)

        assert submitted(manifest, "announce_all").state == "queued"
        assert {pack.version for pack in packs(batch).values()} == {1}
        balance()

    def test_sees_a_batch_that_overtook_it(self, batch, monkeypatch):
        manifest, revise = corrected(batch), running.revise
        overtaking = iter([lambda: make_batch(packs=[{"serial": "RB-0009"}])])

        def overtaken_once(*args):
            next(overtaking, lambda: None)()
            revise(*args)

        monkeypatch.setattr(running, "revise", overtaken_once)

        assert submitted(manifest, "announce_all").state == "draft"
        assert problems(manifest) == [(5, "Pack serial", "serial_already_known", "RB-0009")]
        assert {pack.status for pack in packs(batch).values()} == {"announced"}
        balance()

    def test_asks_as_many_queries_for_many_packs_as_for_few(self, batch, django_assert_max_num_queries):
        serials = [f"RB-{number:05}" for number in range(10_000)]
        large = imported(batch.supplier, manifest_csv(*serials))
        content = manifest_csv(*serials[1:], "RB-NEW", **{"SOH (%)": "71"})
        manifest = draft(batch.supplier, content, replaces=large)
        manifests.submit(
            manifest_id=manifest.pk, intent="announce_all", expected_on=None, actor=make_actor(), at=AT
        )

        with django_assert_max_num_queries(80):
            manifest = read(manifest)
        balance()

        assert manifest.state == "imported", manifest.refusal
        assert Event.objects.filter(event_type="pack.declaration_changed").count() == 9_999
        assert Manifest.objects.get(pk=manifest.pk).summary["announced"] == 10_000
