"""Fields that people fill in at the bench, and refusals that reach them."""

from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from rebattery.errors import RuleViolation
from rebattery.ui.forms import Grouped, MeasuredDecimalField, TriStateField, apply_rule_violation


class BenchForm(forms.Form):
    soh_percent = MeasuredDecimalField(label="State of health", unit="%", low=0, high=105)


class TriageForm(forms.Form):
    smoke = TriStateField(label="Smoke?")


def error_of(text: str) -> str:
    return str(BenchForm({"soh_percent": text}).errors["soh_percent"][0])


class TestMeasuredDecimalField:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("74.5", "74.5"),
            ("74,5", "74.5"),
            (" 74,5 ", "74.5"),
            ("0", "0"),
            ("105", "105"),
            ("+1", "1"),
            (",5", "0.5"),
            ("5.", "5"),
        ],
    )
    def test_takes_comma_or_point(self, text, value):
        form = BenchForm({"soh_percent": text})

        assert form.is_valid()
        assert form.cleaned_data["soh_percent"] == Decimal(value)

    @pytest.mark.parametrize("text", ["1.234,5", "1,234.5", "1,234,567", "1..2"])
    def test_refuses_two_marks(self, text):
        assert error_of(text) == "Use one decimal mark and no thousands mark, such as 1234.5."

    def test_refuses_a_comma_that_may_part_thousands(self):
        assert error_of("1,100") == "1,100 may mean 1100 or 1.1: write 1100, or 1.100 with a point."

    @pytest.mark.parametrize("text", ["x", "1e2", "NaN", "Infinity", "12 5", "74.5 %", "-", ".", "٣"])
    def test_refuses_what_is_no_number(self, text):
        assert error_of(text) == "Enter a number, such as 74.5 or 74,5."

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("105.1", "This must be at most 105 %; you entered 105.1."),
            ("-0,1", "This must be at least 0 %; you entered -0.1."),
        ],
    )
    def test_refuses_outside_its_range_in_words(self, text, message):
        assert error_of(text) == message

    @pytest.mark.rule(2)
    @pytest.mark.parametrize("text", ["", "   "])
    def test_refuses_blank(self, text):
        assert error_of(text) == "This field is required."

    @given(st.decimals(min_value=0, max_value=105, places=2))
    def test_reads_back_what_it_shows(self, number):
        comma = str(number).replace(".", ",")

        assert [BenchForm({"soh_percent": text}).is_valid() for text in (str(number), comma)] == [True, True]

    def test_shows_unit_and_range_and_ties_them_to_the_box(self):
        html = str(BenchForm())

        assert "0 to 105 %" in html
        assert '<span class="unit" aria-hidden="true">%</span>' in html
        assert 'aria-describedby="id_soh_percent_helptext"' in html
        assert 'inputmode="decimal"' in html

    def test_ties_an_error_to_the_box(self):
        html = str(BenchForm({"soh_percent": "914"}))

        assert 'aria-describedby="id_soh_percent_helptext id_soh_percent_error"' in html
        assert 'id="id_soh_percent_error"' in html


class TestTriStateField:
    @pytest.mark.rule(1)
    @pytest.mark.parametrize("data", [{}, {"smoke": ""}])
    def test_leaves_an_untouched_question_open(self, data):
        form = TriageForm(data)

        assert form.is_valid()
        assert form.cleaned_data["smoke"] == ""

    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_takes_an_answer(self, answer):
        form = TriageForm({"smoke": answer})

        assert form.is_valid()
        assert form.cleaned_data["smoke"] == answer

    def test_refuses_another_answer(self):
        assert not TriageForm({"smoke": "maybe"}).is_valid()

    def test_chooses_neither_yes_nor_no_by_itself(self):
        html = str(TriageForm())

        assert html.count(" checked>") == 1
        assert 'value=""' in html.split(" checked>")[0].rsplit("<input", 1)[1]


class TestApplyRuleViolation:
    def test_shows_the_message_above_the_form(self):
        form = TriageForm({})

        apply_rule_violation(form, RuleViolation("Pack RB-1 is not here yet.", code="not_here"))

        assert form.non_field_errors() == ["Pack RB-1 is not here yet."]
        assert form.errors.as_data()["__all__"][0].code == "not_here"

    def test_shows_it_at_the_field_it_names(self):
        form = TriageForm({})

        apply_rule_violation(form, RuleViolation("Refused.", fields={"smoke": "Look again."}))

        assert form.errors == {"smoke": ["Look again."]}

    def test_is_never_silent_about_fields_that_the_form_lacks(self):
        form = TriageForm({})

        apply_rule_violation(form, RuleViolation("The batch is closed.", fields={"batch": "Closed."}))

        assert form.non_field_errors() == ["The batch is closed."]


class LimitForm(Grouped):
    grouping = (("Voltage", ("low_v", "high_v")), ("Current", ("low_a",)), ("Absent", ("gone",)))
    name = forms.CharField()
    low_v = forms.CharField()
    low_a = forms.CharField()
    high_v = forms.CharField()
    note = forms.CharField()
    reason = forms.CharField()
    seen = forms.CharField(widget=forms.HiddenInput)


class TestGrouped:
    def test_gathers_each_group_where_its_first_field_stands(self):
        found = [(heading, [field.name for field in fields]) for heading, fields in LimitForm().groups]

        assert found == [
            ("", ["name"]),
            ("Voltage", ["low_v", "high_v"]),
            ("Current", ["low_a"]),
            ("", ["note", "reason"]),
        ]

    def test_draws_every_field_once_under_its_heading(self):
        html = str(LimitForm())

        assert all(html.count(f'name="{name}"') == 1 for name in LimitForm.base_fields)
        assert html.index("<legend>Voltage</legend>") < html.index('name="high_v"') < html.index("Current")
