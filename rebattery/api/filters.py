"""Filters that a list takes from its query string."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

T = TypeVar("T", bound=Model)


def kept(rows: QuerySet[T], request: Request, name: str, choices: Sequence[str]) -> QuerySet[T]:
    """Keep the rows whose ``name`` is what the query asks for; all rows where it does not ask.

    :raises ValidationError: when it asks for none of ``choices``.
    """
    asked = request.query_params.get(name)
    if asked is None:
        return rows
    if asked not in choices:
        raise serializers.ValidationError({name: [f"One of {', '.join(choices)}."]})
    return rows.filter(**{name: asked})
