"""Rules that every template keeps."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[3] / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize("name", TEMPLATES)
class TestTemplate:
    def test_compiles(self, name):
        assert get_template(name)

    def test_has_no_inline_script_or_style(self, name):
        bare = re.search(
            r"<script(?![^>]*(src=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=\"", text_of(name)
        )

        assert bare is None

    def test_is_at_most_150_lines(self, name):
        assert len(text_of(name).splitlines()) <= 150

    def test_has_one_heading(self, name):
        text = text_of(name)
        fills_main = "{% block main %}" in text or "/allauth/" in f"/{name}"

        # base.html writes the h1 of pages that fill `content`; the tag page_head would write a second.
        assert "{% page_head" not in text or fills_main

    def test_says_which_way_its_timeline_runs(self, name):
        text = text_of(name)
        has_timeline = re.search(r'{% timeline |components/timeline.html|class="timeline', text)

        assert not has_timeline or "newest first" in text

    def test_opens_a_component_with_its_variables(self, name):
        is_component = name.startswith("components/")

        assert not is_component or text_of(name).startswith("{% comment %}")
