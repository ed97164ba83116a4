"""Pages about people and their tokens."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rebattery.accounts import services
from rebattery.accounts.forms import InviteForm, ReasonForm, RoleForm, TokenForm
from rebattery.accounts.guards import actor_of, person_of, public, requires
from rebattery.accounts.models import User
from rebattery.accounts.queries import named, tokens_of
from rebattery.accounts.queries import people as all_people
from rebattery.accounts.roles import Capability, Role
from rebattery.audit.trail import story_of
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page, where

COLUMNS = (
    Column(key="name", label="Name", value=lambda row: row.name, sort="name"),
    Column(key="email", label="E-mail", value=lambda row: row.email, sort="email"),
    Column(key="role", label="Role", value=lambda row: row.get_role_display()),
    Column(key="supplier", label="Supplier", value=lambda row: row.supplier and row.supplier.name),
    Column(key="state", label="State", value=lambda row: "Active" if row.is_active else "Inactive"),
    Column(key="last", label="Last sign-in", value=lambda row: row.last_login),
)
FILTERS = (
    Filter(key="q", label="Name or e-mail", apply=named),
    Filter(key="role", label="Role", apply=where("role"), choices=Role.choices),
    Filter(
        key="active",
        label="May sign in",
        apply=lambda rows, answer: rows.filter(is_active=answer == "yes"),
        choices=(("yes", "Yes"), ("no", "No")),
    ),
)

INVITATION = """Hello {name},

you have been invited to ReBattery as {role}. Set your password here:

{link}

The link works once, for three days. After that, ask for a new one at "Forgot your password?".
If you did not expect this mail, ignore it.
"""


@requires(Capability.MANAGE_PEOPLE)
def people(request: HttpRequest) -> HttpResponseBase:
    if "export" in request.GET:
        return list_export(
            all_people(),
            name="people",
            columns=COLUMNS,
            filters=FILTERS,
            params=request.GET,
            default_sort="name",
        )
    page = list_page(all_people(), columns=COLUMNS, filters=FILTERS, params=request.GET, default_sort="name")
    return render(request, "accounts/people.html", {"page": page})


@requires(Capability.MANAGE_PEOPLE)
def person_invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        supplier = values.pop("supplier")
        try:
            invited = services.invite_person(
                **values, supplier_id=supplier and supplier.pk, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            _send_invitation(request, invited)
            return redirect("person", invited.pk)
    return render(request, "accounts/invite.html", {"form": form})


@requires(Capability.MANAGE_PEOPLE)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    shown = get_object_or_404(all_people(), pk=person_id)
    context = {
        "person": shown,
        "story": story_of(subject_type="person", subject_id=shown.pk),
        "reason_form": ReasonForm(),
        "role_form": RoleForm(initial={"role": shown.role}, auto_id="role_%s"),
        "is_self": shown.pk == person_of(request).pk,
    }
    return render(request, "accounts/person.html", context)


@require_POST
@requires(Capability.MANAGE_PEOPLE)
def person_deactivate(request: HttpRequest, person_id: int) -> HttpResponse:
    return _change(request, person_id, ReasonForm(request.POST), services.deactivate_person)


@require_POST
@requires(Capability.MANAGE_PEOPLE)
def person_reactivate(request: HttpRequest, person_id: int) -> HttpResponse:
    return _change(request, person_id, ReasonForm(request.POST), services.reactivate_person)


@require_POST
@requires(Capability.MANAGE_PEOPLE)
def person_role(request: HttpRequest, person_id: int) -> HttpResponse:
    return _change(request, person_id, RoleForm(request.POST), services.change_role)


def _change(request: HttpRequest, person_id: int, form: ReasonForm, act: Callable[..., User]) -> HttpResponse:
    get_object_or_404(all_people(), pk=person_id)
    if not form.is_valid():
        messages.error(request, "Say why. Nothing was changed.")
        return redirect("person", person_id)
    try:
        changed = act(person_id=person_id, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        state = "may sign in" if changed.is_active else "is locked out"
        messages.success(request, f"{changed.name} {state}, as {changed.get_role_display().lower()}.")
    return redirect("person", person_id)


@requires(Capability.MANAGE_TOKENS)
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    viewer = person_of(request)
    form, new = TokenForm(request.POST or None, person=viewer), None
    if form.is_valid():
        try:
            new = services.create_token(
                person=viewer, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
            form = TokenForm(person=viewer)
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
    context = {"form": form, "new": new, "tokens": tokens_of(person=viewer), "now": timezone.now()}
    return render(request, "accounts/tokens.html", context)


@require_POST
@requires(Capability.MANAGE_TOKENS)
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    viewer = person_of(request)
    token = get_object_or_404(tokens_of(person=viewer), pk=token_id)
    services.revoke_token(token_id=token.pk, person=viewer, actor=actor_of(request), at=timezone.now())
    messages.success(request, f"The token {token.label} no longer works.")
    return redirect("tokens")


@public
def not_here(request: HttpRequest) -> HttpResponse:
    """Stand in for account pages of the sign-in package that this product does not have."""
    raise Http404


def _send_invitation(request: HttpRequest, invited: User) -> None:
    key = f"{user_pk_to_url_str(invited)}-{default_token_generator.make_token(invited)}"
    uidb36, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
    link = request.build_absolute_uri(path)
    text = INVITATION.format(name=invited.name, role=invited.get_role_display().lower(), link=link)
    try:
        send_mail("Your invitation to ReBattery", text, None, [invited.email])
        told = f"The invitation was sent to {invited.email}."
        messages.success(request, f"{invited.name} was invited. {told}")
    except OSError as exc:  # the person is there all the same; a lost mail must be seen and mended by hand
        messages.error(
            request, f"{invited.name} was invited, but the mail failed: {exc}. Pass this link on: {link}"
        )
