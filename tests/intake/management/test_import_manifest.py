import pytest
from django.core.management import CommandError, call_command

from intake.models import Batch, Manifest, Pack
from intake.services import manifests
from tests.factories import AT, balance, make_actor, make_supplier, manifest_csv


@pytest.fixture
def supplier(db):
    return make_supplier("DEMO")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "packs.csv"


def command(capsys, file, supplier="demo"):
    call_command("import_manifest", str(file), "--supplier", supplier)
    return capsys.readouterr().out


class TestImportManifest:
    def test_prints_the_batch_and_its_counts(self, supplier, file, capsys):
        file.write_bytes(manifest_csv("RB-0001", "RB-0002"))

        out = command(capsys, file)

        assert out == f"Batch {Batch.objects.get().number}: 2 packs, 80.0 kWh, 0 warnings.\n"
        balance()

    def test_says_when_the_same_file_came_before(self, supplier, file, capsys):
        file.write_bytes(manifest_csv("RB-0001"))
        command(capsys, file)

        out = command(capsys, file)

        assert out == f"The same file came before: it is batch {Batch.objects.get().number}.\n"
        assert Pack.objects.count() == 1

    @pytest.mark.rule(7)
    def test_prints_every_problem_and_fails(self, supplier, file, capsys):
        file.write_bytes(manifest_csv("RB-0001", "1.2E+15", "RB-0001", Accident=""))

        with pytest.raises(CommandError) as refused:
            command(capsys, file)

        lines = capsys.readouterr().out.splitlines()
        assert refused.value.returncode == 1
        assert "packs.csv was not imported: 5 things are wrong in it." in str(refused.value)
        assert [line.split(",")[0] for line in lines if line.startswith("row")] == [
            "row 2", "row 3", "row 3", "row 4", "row 4",
        ]  # fmt: skip
        assert "column “Accident”, value “”: error safety_blank: “Accident” is blank." in lines[0]
        assert lines[-1] == f"Mend it on the page /manifests/{Manifest.objects.get().pk}/ or by the API."
        assert not Pack.objects.exists()

    @pytest.mark.parametrize("is_sound", [True, False])
    def test_announces_a_draft_that_somebody_has_checked(self, supplier, file, capsys, is_sound):
        file.write_bytes(manifest_csv("RB-0001", Accident="no" if is_sound else ""))
        checked = manifests.accept(
            supplier=supplier,
            file_name="packs.csv",
            content=file.read_bytes(),
            actor=make_actor(),
            at=AT,
            intent="check",
        )
        manifests.run(manifest_id=checked.pk, actor=make_actor(), at=AT)

        if is_sound:
            assert command(capsys, file).startswith("Batch ")
        else:
            with pytest.raises(CommandError, match="1 row cannot be announced yet"):
                command(capsys, file)
            assert "safety_blank" in capsys.readouterr().out
        balance()

    def test_reads_a_refused_file_again(self, supplier, file, capsys):
        file.write_bytes(manifest_csv("RB-0001", Accident=""))

        for _ in range(2):
            with pytest.raises(CommandError, match="was not imported"):
                command(capsys, file)

        assert Manifest.objects.get().rows.count() == 1

    def test_takes_over_a_file_that_waits_for_a_worker(self, supplier, file, capsys):
        file.write_bytes(manifest_csv("RB-0001"))
        content = file.read_bytes()
        manifests.accept(supplier=supplier, file_name="packs.csv", content=content, actor=make_actor(), at=AT)

        assert command(capsys, file).startswith("Batch ")

    def test_refuses_an_unknown_supplier(self, db, file, capsys):
        with pytest.raises(CommandError, match="No supplier has the code NOBODY."):
            command(capsys, file, "NOBODY")

    def test_refuses_a_file_that_is_not_there(self, supplier, file, capsys):
        with pytest.raises(CommandError, match="cannot be opened: No such file"):
            command(capsys, file)
