"""What reviewers do on the pages of the review, for their tests."""

from collections.abc import Iterable

from django.test import Client
from django.urls import reverse

from grading.models import ReviewCase
from rebattery.accounts.models import User

ANSWER = {"reason_code": "policy_right", "reason": "Seen the pack"}


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def url(name: str, case: ReviewCase) -> str:
    return reverse(name, args=[case.pk])


def fresh(case: ReviewCase) -> ReviewCase:
    return ReviewCase.objects.select_related("pack").get(pk=case.pk)


def state(case: ReviewCase) -> str:
    return fresh(case).state


def ticks(cases: Iterable[ReviewCase]) -> list[str]:
    return [f"{case.pk}:{case.version}" for case in cases]


def open_cases(client: Client, cases: Iterable[ReviewCase]) -> None:
    for case in cases:
        assert client.get(url("review_case", case)).status_code == 200
