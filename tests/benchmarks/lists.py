"""The pack list at 1,000,000 packs: a page deep inside against the first one."""

from collections.abc import Iterator

from django.test import Client, override_settings
from django.urls import reverse

from intake.models import Pack
from tests.benchmarks.measuring import RUNS, Result, median, seconds, superuser
from tests.factories import make_batch, make_person

PACKS = 1_000_000
PAGES = 15
# The trail is not what is measured here, so its guard is off while the table is filled.
FILL = """
    INSERT INTO intake_pack (supplier_id, batch_id, pack_type_id, row, serial, status, status_at, version,
        make, model, chemistry, nominal_energy_kwh, rated_capacity_ah, nominal_voltage_v,
        declared_soh_percent, declared_soh_method, ddr_status, received_as, legal_status,
        history_completeness_percent, declared, declared_raw)
    SELECT p.supplier_id, p.batch_id, p.pack_type_id, n, 'LS-' || md5(n::text), p.status, p.status_at, 1,
        p.make, p.model, p.chemistry, p.nominal_energy_kwh, p.rated_capacity_ah, p.nominal_voltage_v,
        p.declared_soh_percent, p.declared_soh_method, p.ddr_status, p.received_as,
        p.legal_status, p.history_completeness_percent, p.declared, p.declared_raw
    FROM intake_pack p, generate_series(1, %s) n WHERE p.id = %s
"""


def results() -> Iterator[Result]:
    pack = make_batch(packs=1).packs.get()
    with superuser() as connection:
        connection.execute("ALTER TABLE intake_pack DISABLE TRIGGER USER")
        connection.execute(FILL, [PACKS, pack.pk])
        connection.execute("VACUUM ANALYZE intake_pack")
    client = Client(HTTP_HOST="localhost")
    client.force_login(make_person("auditor"))
    with override_settings(
        STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    ):
        for sort in ("-id", "serial"):
            first, deep = _address(sort, None), _address(sort, PACKS // 2)
            ratios = [_page(client, deep) / _page(client, first) for _ in range(RUNS)]
            yield Result(
                f"list page at row 500,000 / first page, sorted by {sort}",
                median(ratios),
                1.5,
                at_least=False,
            )


def _page(client: Client, address: str) -> float:
    def get() -> None:
        assert client.get(address).status_code == 200

    get()
    return median([seconds(get) for _ in range(PAGES)])


def _address(sort: str, row: int | None) -> str:
    from rebattery.ui.listing import cursor_of

    base = f"{reverse('packs')}?sort={sort}"
    if row is None:
        return base
    inside = Pack.objects.order_by(sort)[row]
    return f"{base}&after={cursor_of(inside, sort.removeprefix('-'))}"
