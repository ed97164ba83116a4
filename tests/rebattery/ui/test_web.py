"""The theme switch, the style guide, and the frame of every page."""

import pytest
from django.template.loader import render_to_string

from rebattery.accounts.roles import Role
from tests.factories import make_person


class TestSetTheme:
    @pytest.mark.parametrize("theme", ["light", "dark", "system"])
    def test_is_in_the_next_page_itself(self, db, client, theme):
        client.force_login(make_person())

        answer = client.post("/theme/", {"theme": theme, "next": "/styleguide/?x=1"})

        assert answer.url == "/styleguide/?x=1"
        assert f'data-bs-theme="{theme}"' in client.get("/styleguide/").content.decode()

    def test_ignores_an_unknown_theme(self, db, client):
        client.force_login(make_person())

        client.post("/theme/", {"theme": '"><script>'})

        assert 'data-bs-theme="system"' in client.get("/styleguide/").content.decode()

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_never_leads_away(self, db, client, target):
        assert client.post("/theme/", {"theme": "dark", "next": target}).url == "/"

    def test_needs_a_post(self, db, client):
        assert client.get("/theme/").status_code == 405


class TestStyleguide:
    def test_asks_to_sign_in(self, db, client):
        assert client.get("/styleguide/").status_code == 302

    @pytest.mark.parametrize("role", Role.values)
    def test_shows_every_role_its_density(self, db, client, role):
        client.force_login(make_person(role))

        html = client.get("/styleguide/").content.decode()

        assert f'data-density="{"warehouse" if role == Role.WAREHOUSE else "desk"}"' in html

    @pytest.mark.parametrize(("role", "is_there"), [(Role.WAREHOUSE, True), (Role.SUPPLIER, False)])
    def test_gives_the_scan_field_to_staff_only(self, db, client, role, is_there):
        client.force_login(make_person(role))

        assert ('data-scan="header"' in client.get("/styleguide/").content.decode()) is is_there

    def test_escapes_a_hostile_name(self, db, client):
        client.force_login(make_person(name="<script>alert(1)</script>"))

        assert b"<script>alert(1)" not in client.get("/styleguide/").content


class TestErrorPages:
    @pytest.mark.parametrize("name", ["403", "403_csrf", "404", "500"])
    def test_need_no_request(self, name):
        html = render_to_string(f"{name}.html")

        assert "<h1>" in html
        assert 'href="/"' in html
