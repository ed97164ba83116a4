"""A whole import against what others would use for it, on the same rows in the same run.

The peers write into a table like ours, with its indexes and foreign keys, but without the trail and its
guard: they do less than we do.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import tablib
from django.db import transaction
from django.utils import timezone
from import_export.resources import ModelResource
from rest_framework.generics import CreateAPIView
from rest_framework.test import APIRequestFactory

from intake.domain.manifest.reading import open_table
from intake.domain.manifest.understanding import understand_table
from intake.models import Batch, ManifestState, Pack, Supplier
from intake.services.manifests.reading import CHUNK_ROWS
from tests.benchmarks.manifests import csv_of, import_of
from tests.benchmarks.measuring import RUNS, Result, median, seconds, superuser
from tests.benchmarks.peer_pack import NAMES, PEER, DefaultResource, Peer, PeerInput, TunedResource
from tests.factories import make_batch, make_pack_type, make_supplier

ROWS = 10_000
POSTED = 2_000


class PeerPost(CreateAPIView):
    serializer_class = PeerInput
    authentication_classes = permission_classes = throttle_classes = ()

    def get_serializer(self, *args, **kwargs):
        return super().get_serializer(*args, many=True, **kwargs)

    def get_serializer_context(self):
        supplier, batch = Supplier.objects.get(code=PEER), Batch.objects.get(number=PEER)
        return super().get_serializer_context() | {"supplier": supplier, "batch": batch}

    @transaction.atomic
    def post(self, request):
        return super().post(request)


def results() -> Iterator[Result]:
    _make_table()
    supplier = make_supplier(PEER)
    make_pack_type(key=PEER)
    batch = make_batch(supplier, packs=0)
    with superuser() as connection:
        connection.execute("ALTER TABLE intake_batch DISABLE TRIGGER USER")
        connection.execute("UPDATE intake_batch SET number = %s WHERE id = %s", [PEER, batch.pk])
        connection.execute("ALTER TABLE intake_batch ENABLE TRIGGER USER")
    import_of(supplier, "warm-up", csv_of("warm-up", 100))
    content = csv_of("peers", ROWS)
    ours = median([_ours(supplier, f"p{run}", ROWS) for run in range(RUNS)])
    defaults = seconds(lambda: _import_export(DefaultResource(), content))
    tuned = median([_tuned(content) for _ in range(RUNS)])
    yield Result(f"import-export, defaults, {ROWS:,} rows / whole import", defaults / ours, 30)
    yield Result(f"import-export, tuned, {ROWS:,} rows / whole import", tuned / ours, 6)
    posts = median([_post(csv_of("post", POSTED)) for _ in range(RUNS)]) / POSTED
    yield Result("a row of a DRF many=True post / a row of a whole import", posts / (ours / ROWS), 10)
    yield Result("a row validated by a DRF ListSerializer / by us", _validation(content), 8)


def _make_table() -> None:
    """Make the peers' table like ours, and the rows that their packs refer to."""
    with superuser() as connection:
        connection.execute("DROP TABLE IF EXISTS bench_pack")
        connection.execute("CREATE TABLE bench_pack (LIKE intake_pack INCLUDING ALL)")
        for column, table in (("supplier", "supplier"), ("batch", "batch"), ("pack_type", "packtype")):
            connection.execute(
                f"ALTER TABLE bench_pack ADD FOREIGN KEY ({column}_id) REFERENCES intake_{table} (id)"
                " DEFERRABLE INITIALLY DEFERRED"
            )
        connection.execute("GRANT ALL ON bench_pack, bench_pack_id_seq TO rb_app")


def _ours(supplier, label: str, rows: int) -> float:
    content = csv_of(label, rows)
    made = []
    spent = seconds(lambda: made.append(import_of(supplier, label, content)))
    assert made[0].state == ManifestState.IMPORTED, made[0].refusal
    return spent


def _empty() -> None:
    Peer.objects.all()._raw_delete("default")


def _import_export(resource: ModelResource, content: bytes) -> None:
    """Parse, try and commit, as its admin does: each time with the whole file."""
    for dry_run in (True, False):
        rows = list(csv.reader(io.StringIO(content.decode())))[1:]
        result = resource.import_data(tablib.Dataset(*rows, headers=NAMES), dry_run=dry_run)
        assert not result.has_errors(), _first_error(result)
        assert not result.has_validation_errors(), str(result.invalid_rows[0].error)


def _first_error(result) -> str:
    errors = [*result.base_errors, *(error for _, errors in result.row_errors() for error in errors)]
    return str(errors[0].error)[:500]


def _tuned(content: bytes) -> float:
    _empty()
    return seconds(lambda: _import_export(TunedResource(), content))


def _payload(content: bytes) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(content.decode()), NAMES)
    return [row | {"pack_type": PEER} for row in rows][1:]


def _post(content: bytes) -> float:
    _empty()
    rows = _payload(content)
    request = APIRequestFactory().post("/", rows, format="json")
    answers = []
    spent = seconds(lambda: answers.append(PeerPost.as_view()(request)))
    assert answers[0].status_code == 201, str(answers[0].data)[:500]
    return spent


def _validation(content: bytes) -> float:
    """Return how much longer a ListSerializer takes for parsed rows than we for parsing and checking.

    Both look every serial up in the database.
    """
    _empty()
    rows = _payload(content)
    theirs = median([seconds(lambda: _validate(rows)) for _ in range(RUNS)])
    return theirs / median([seconds(lambda: _understand(content)) for _ in range(RUNS)])


def _validate(rows: list[dict[str, str]]) -> None:
    serializer = PeerInput(data=rows, many=True)
    assert serializer.is_valid(), str(serializer.errors)[:500]


def _understand(content: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        table = open_table(Path(file.name), file_name="peers.csv")
        lines = understand_table(table, catalogue=[], today=timezone.now().date())
        serials = [line[2]["pack_serial"] for line in lines if isinstance(line, list)]
        for start in range(0, len(serials), CHUNK_ROWS):
            chunk = serials[start : start + CHUNK_ROWS]
            assert not Pack.objects.filter(serial__in=chunk, supplier_id=0).exists()
