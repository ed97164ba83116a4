import pytest

from grading.models import Decision
from intake.models import Pack
from rebattery.accounts.roles import Role
from tests.evidence import make_reviews, publish_seed
from tests.factories import make_batch, make_pack
from tests.programs import Program


class TestPackList:
    def test_pages_through_all_of_them_once_newest_first(self, db):
        make_batch(packs=7)
        program, told, path = Program(Role.AUDITOR), [], "packs/?limit=3"

        while path:
            page = program.get(path).json()
            told += [pack["id"] for pack in page["results"]]
            path = (page["next"] or "").partition("/api/v1/")[2]

        assert told == sorted(Pack.objects.values_list("pk", flat=True), reverse=True)

    def test_gives_at_most_a_thousand(self, db):
        make_batch(packs=2)

        assert len(Program(Role.AUDITOR).get("packs/", limit="5000").json()["results"]) == 2

    @pytest.mark.parametrize("status", ["nonsense", "graded'--", ""])
    def test_refuses_a_state_that_is_none(self, db, status):
        answer = Program(Role.AUDITOR).get("packs/", status=status)

        assert answer.status_code == 422
        assert "graded" in answer.json()["fields"]["status"]

    def test_finds_a_serial(self, db):
        make_pack(serial="RB-104")
        make_pack(serial="RB-205")

        found = Program(Role.AUDITOR).get("packs/", serial="rb-104").json()["results"]

        assert [pack["serial"] for pack in found] == ["RB-104"]

    @pytest.mark.rule(5)
    def test_shows_suppliers_their_own_only(self, db):
        program = Program(Role.SUPPLIER)
        own = make_pack(program.person.supplier)
        other = make_pack()

        assert [pack["id"] for pack in program.get("packs/").json()["results"]] == [own.pk]
        assert program.get("packs/", serial=other.serial).json()["results"] == []
        assert program.get(f"packs/{other.pk}/").status_code == 404

    def test_gives_numbers_as_text(self, db):
        make_pack()

        [pack] = Program(Role.AUDITOR).get("packs/").json()["results"]

        assert pack["nominal_energy_kwh"] == "40.000" and pack["grade"] is None

    def test_asks_the_same_queries_for_any_number(self, db, django_assert_num_queries):
        program = Program(Role.AUDITOR)
        program.get("packs/")
        make_batch(packs=1)
        with django_assert_num_queries(2):
            program.get("packs/")

        make_batch(packs=20)

        with django_assert_num_queries(2):
            assert len(program.get("packs/").json()["results"]) == 21

    @pytest.mark.parametrize("query", [{"serial": "RB\x00"}, {"limit": "x"}, {"cursor": "made up"}])
    def test_answers_a_broken_question(self, db, query):
        make_pack()

        assert Program(Role.AUDITOR).get("packs/", **query).status_code in (200, 400, 404)


class TestDecisionList:
    def test_gives_grade_route_and_reasons_with_their_policy(self, db):
        publish_seed()
        case = make_reviews()[0]

        [told] = Program(Role.AUDITOR).get("decisions/", pack=case.pack_id).json()["results"]

        decision = Decision.objects.get()
        assert (told["pack_id"], told["grade"], told["in_force"]) == (case.pack_id, decision.grade, True)
        assert told["policy"] == "seed-v1 v1" and told["policy_sha256"] == decision.policy_sha256
        assert told["reasons"][0]["sentence"]

    @pytest.mark.rule(5)
    def test_shows_suppliers_their_own_only(self, db):
        publish_seed()
        program = Program(Role.SUPPLIER)
        own = make_reviews(supplier=program.person.supplier)[0]
        other = make_reviews()[0]

        told = program.get("decisions/").json()["results"]

        assert {decision["pack_id"] for decision in told} == {own.pack_id}
        assert program.get("decisions/", pack=other.pack_id).status_code == 404

    @pytest.mark.parametrize("pack", ["x", "-1", "1.5", "９９", "9" * 30])
    def test_refuses_a_pack_that_is_no_key(self, db, pack):
        assert Program(Role.AUDITOR).get("decisions/", pack=pack).status_code in (404, 422)

    def test_asks_the_same_queries_for_any_number(self, db, django_assert_num_queries):
        publish_seed()
        program = Program(Role.AUDITOR)
        program.get("decisions/")
        make_reviews()
        with django_assert_num_queries(2):
            program.get("decisions/")

        make_reviews(5)

        with django_assert_num_queries(2):
            assert len(program.get("decisions/").json()["results"]) == 6
