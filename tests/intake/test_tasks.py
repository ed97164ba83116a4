from intake import tasks
from intake.models import Pack
from intake.services import manifests
from tests.factories import AT, balance, make_actor, make_supplier, manifest_csv


class TestImportManifest:
    def test_imports_once_however_often_it_is_called(self, db):
        manifest = manifests.accept(
            supplier=make_supplier(),
            file_name="packs.csv",
            content=manifest_csv("RB-0001"),
            actor=make_actor(),
            at=AT,
        )

        tasks.import_manifest(manifest_id=manifest.pk, sent_by="a newer version")
        tasks.import_manifest(manifest_id=manifest.pk)

        assert Pack.objects.get().serial == "RB-0001"
        balance()
