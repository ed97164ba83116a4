import csv
from collections import Counter

from django.core.management import call_command

from intake.management.commands.load_catalogue import FACTS
from intake.models import PackType
from intake.services.catalogue import EDITABLE
from tests.factories import balance


def load(capsys):
    call_command("load_catalogue")
    return capsys.readouterr().out


class TestLoadCatalogue:
    def test_loads_once(self, db, capsys):
        assert load(capsys) == "Catalogue: 62 pack types added, 0 changed; 5 waste codes added.\n"
        assert load(capsys) == "Catalogue: 0 pack types added, 0 changed; 0 waste codes added.\n"
        assert PackType.objects.count() == 62
        balance()

    def test_leaves_unconfirmed_figures_empty(self, db, capsys):
        load(capsys)

        confirmed, unconfirmed = (PackType.objects.get(key=key) for key in ("NIS-LEAF24-ZE0", "VW-EUP18"))
        assert (confirmed.chemistry, confirmed.nominal_energy_kwh, confirmed.mass_kg) == ("LMO", 24, 294)
        assert (unconfirmed.chemistry, unconfirmed.nominal_energy_kwh) == ("UNKNOWN", None)

    def test_the_facts_name_their_unconfirmed_fields(self):
        with FACTS.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))

        assert max(Counter(row["key"] for row in rows).values()) == 1
        for row in rows:
            unconfirmed = set(filter(None, row["unconfirmed_fields"].split(";")))
            assert unconfirmed <= set(EDITABLE)
            assert not [name for name in unconfirmed if row.get(name)], row["key"]
