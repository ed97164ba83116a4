"""A pack at the bench, and files of its tester, for tests of what follows."""

import io
from datetime import timedelta
from typing import Any

from grading.models import TesterFile
from grading.services import tester_files
from intake.models import Pack
from rebattery.actor import SYSTEM
from tests.evidence import make_inspected, publish_seed
from tests.factories import AT, make_actor, make_pack_type
from tests.grading.tester_samples import TYPE, full_test

RECEIVED_AT = AT + timedelta(hours=6)
READ_AT = RECEIVED_AT


def make_bench_pack(serial: str = "RB-0001", **fields: Any) -> Pack:
    """Make an inspected pack of a type that the catalog knows whole."""
    return make_inspected(1, serial=serial, pack_type=make_pack_type(**TYPE), **fields)[0]


def send(name: str = "RB-0001.csv", content: bytes | None = None, **more: Any) -> TesterFile:
    """Take a file in; a worker has not seen it yet."""
    values = {"source": TesterFile.Source.PAGE, "actor": make_actor(), "at": RECEIVED_AT} | more
    stream = io.BytesIO(full_test() if content is None else content)
    return tester_files.accept(file_name=name, content=stream, **values)[0]


def read(file: TesterFile) -> TesterFile:
    """Do the worker's part."""
    return tester_files.run(tester_file_id=file.pk, actor=SYSTEM, at=READ_AT)


def make_ready(serial: str = "RB-0001", **fields: Any) -> TesterFile:
    """Make a file that was read and is ready to record, with its pack and a policy in force."""
    publish_seed()
    make_bench_pack(serial, **fields)
    return read(send(f"{serial}.csv", full_test(note=f",{serial}")))
