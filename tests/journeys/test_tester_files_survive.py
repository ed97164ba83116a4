"""A worker killed while it reads a tester's file leaves nothing half-done, and the next one finishes."""

from datetime import timedelta

from django.db.models.functions import Now

from grading.models import Derivation, TesterFile, TesterFileRun
from grading.services import tester_files
from rebattery.audit.trail import events
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import make_bench_pack, send
from tests.journeys.waiting import wait_for

RECORDS = 1_200_000
"""So many that a worker can be caught reading them."""


def long_test() -> bytes:
    """Return the sample with a long rest behind it."""
    content = full_test()
    last = float(content.rstrip().rsplit(b"\n", 1)[1].split(b",", 1)[0])
    rest = "".join(f"{last + n:.1f},340.0000,0.0000,25.0\n" for n in range(1, RECORDS))
    return content + rest.encode()


def test_reading_survives_kill_9(worker):
    make_bench_pack("RB-0001")
    file = send("RB-0001.csv", long_test())
    tester_files.sweep()
    run = TesterFileRun.objects.all()

    wait_for(lambda: run.filter(attempts=1).exists())
    worker.kill_9()

    assert TesterFile.objects.get().state == "queued"
    assert not Derivation.objects.exists()

    # The lease runs for a minute; the test lets it lapse now.
    run.update(lease_until=Now() - timedelta(seconds=1))
    worker.restart()
    assert tester_files.sweep() == 1
    wait_for(lambda: TesterFile.objects.get().state != "queued")

    file.refresh_from_db()
    assert file.state == "ready", file.why
    assert run.get().attempts == 2
    assert Derivation.objects.count() == 1
    assert events().filter(event_type="tester_file.read").count() == 1


def test_poison_ends_in_a_refusal_and_blocks_no_other(worker):
    make_bench_pack("RB-0001")
    poison = send("RB-0001 poison.csv", full_test()[:400] + b'\0\xff,;"' * 40_000)
    sound = send("RB-0001.csv")
    tester_files.sweep()

    wait_for(lambda: not TesterFile.objects.filter(state="queued").exists())

    poison.refresh_from_db()
    sound.refresh_from_db()
    assert sound.state == "ready"
    assert (poison.state in ("refused", "inbox"), bool(poison.why)) == (True, True)
