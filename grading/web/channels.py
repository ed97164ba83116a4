"""Channels of the bench: the board, starting a test, ending it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from grading.models import ChannelUse, ProcedureVersion
from grading.queries.bench import packs_with_code
from grading.queries.channels import all_uses, board
from grading.queries.instruments import KINDS_FOR
from grading.queries.instruments_use import all_channels
from grading.queries.procedures import pickable
from grading.services.channels import cancel_use, end_use, start_use
from intake.domain.lifecycle import Status
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.dates import moment_in_words
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation


class StartForm(forms.Form):
    """A test on one channel: which pack, by which procedure."""

    serial = forms.CharField(
        max_length=60, label="Pack serial", widget=forms.TextInput(attrs={"autofocus": True})
    )
    procedure = forms.TypedChoiceField(coerce=int)

    def __init__(self, *args: Any, procedures: list[ProcedureVersion], **options: Any):
        super().__init__(*args, **options)
        field = self.fields["procedure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(version.pk, str(version)) for version in procedures]


@requires(Capability.VIEW_INTERNAL)
def channel_board(request: HttpRequest) -> HttpResponse:
    context = {
        "boards": board(at=timezone.now()),
        "may_record": person_of(request).may(Capability.RECORD_TESTS),
    }
    return render(request, "grading/planning/board.html", context)


@requires(Capability.RECORD_TESTS)
def channel_start(request: HttpRequest, channel_id: int) -> HttpResponse:
    channel = get_object_or_404(all_channels(), pk=channel_id)
    kinds = [kind for kind, instruments in KINDS_FOR.items() if channel.instrument.kind in instruments]
    form = StartForm(
        request.POST or None,
        procedures=pickable(kinds=kinds),
        initial={"serial": request.GET.get("serial", "")},
    )
    if form.is_valid() and (pack_id := _pack_id(request, form)):
        try:
            use = start_use(
                channel_id=channel.pk,
                pack_id=pack_id,
                procedure_id=form.cleaned_data["procedure"],
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            until = moment_in_words(use.expected_end_at)
            messages.success(
                request, f"{use.pack.serial} runs on {channel.code}, expected to end at {until}."
            )
            return redirect("channel_board")
    return render(request, "grading/planning/start.html", {"form": form, "channel": channel})


def _pack_id(request: HttpRequest, form: StartForm) -> int | None:
    """Return the pack that the form names; of two suppliers' same serial the one that waits at the bench."""
    text, viewer = form.cleaned_data["serial"], person_of(request)
    found = packs_with_code(code=text, viewer=viewer)
    if not found and ":" in text:
        code, serial = text.split(":", 1)
        found = packs_with_code(code=serial, viewer=viewer).filter(supplier__code__iexact=code.strip())
    at_bench = [pack for pack in found if pack.status == Status.INSPECTED] or list(found)
    if len(at_bench) == 1:
        return at_bench[0].pk
    several = "Several suppliers use this serial. Write the supplier's code before it, such as ACME:RB-0001."
    form.add_error("serial", several if at_bench else "No pack has this serial.")
    return None


@requires(Capability.RECORD_TESTS)
@require_POST
def channel_end(request: HttpRequest, use_id: int) -> HttpResponse:
    return _free(request, use_id, end_use, "ended")


@requires(Capability.RECORD_TESTS)
@require_POST
def channel_cancel(request: HttpRequest, use_id: int) -> HttpResponse:
    return _free(request, use_id, cancel_use, "cancelled")


def _free(request: HttpRequest, use_id: int, verb: Callable[..., ChannelUse], word: str) -> HttpResponse:
    use = get_object_or_404(all_uses(), pk=use_id)
    verb(use_id=use.pk, actor=actor_of(request), at=timezone.now())
    messages.success(request, f"Test of {use.pack.serial} on {use.channel.code} {word}.")
    return redirect("channel_board")
