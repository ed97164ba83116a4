from rebattery.accounts.roles import Role
from tests.factories import make_supplier
from tests.programs import Program
from tests.rebattery.notices.making import make_notice


class TestNoticeList:
    def test_shows_each_recipient(self, db):
        program = Program(Role.SUPPLIER)
        notice = make_notice(program.person.supplier)

        [told] = program.get("notices/").json()["results"]

        assert (told["id"], told["topic"], told["path"]) == (notice.pk, "batch_closed", notice.path)
        assert told["deliveries"] == [
            {
                "channel": "mail",
                "address": program.person.email,
                "state": "waiting",
                "attempts": 0,
                "last_code": None,
                "last_error": "",
                "sent_at": None,
            }
        ]

    def test_shows_suppliers_their_own_only(self, db):
        make_notice(make_supplier())

        assert Program(Role.SUPPLIER).get("notices/").json()["results"] == []

    def test_needs_the_scope(self, db):
        assert Program(Role.SUPPLIER, "view_packs").get("notices/").status_code == 403

    def test_asks_the_same_queries_for_any_number(self, db, django_assert_num_queries):
        program = Program(Role.AUDITOR)
        supplier = make_supplier()
        program.get("notices/")
        for _ in range(10):
            make_notice(supplier)

        with django_assert_num_queries(3):
            assert len(program.get("notices/").json()["results"]) == 10
