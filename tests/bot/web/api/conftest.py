"""Clients made from the document that the page serves, with tokens of members."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.testing.openapi_client import OpenApiClient
from ganshare.domain.community import Scope

DOCUMENT = "/api/v1/openapi.json"
NewClient = Callable[..., Awaitable[OpenApiClient]]


@pytest.fixture
def client(place: Any) -> NewClient:
    """Make a client for a person's token; without one for nobody."""

    async def make(
        person: str | None = "discord:42",
        scopes: tuple[Scope, ...] = (Scope.READ, Scope.WRITE),
        **settings: Any,
    ) -> OpenApiClient:
        visitor = await place.visitor(**settings)
        document = (await visitor.get(DOCUMENT)).json()
        token = ""
        if person is not None:
            _, token = await place.store.api_tokens.create(person, "Ann", "a test", scopes)
        return OpenApiClient(visitor.client, document, token)

    return make
