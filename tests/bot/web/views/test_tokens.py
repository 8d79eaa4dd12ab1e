"""Tokens on the page: shown once, stored hashed, revoked."""

import re
from typing import Any

from ganshare.store.db.tables_community import api_tokens


async def test_a_member_makes_a_token_uses_it_and_revokes_it(place: Any) -> None:
    member = await place.member()
    form = {"label": "my bot", "read": "yes", "write": "yes"}
    made = await member.send("/tokens", form, from_page="/tokens")
    (secret,) = re.findall(r"gs_[\w-]{43}", made.text)
    assert made.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {secret}"}
    program = await place.visitor()
    me = (await program.get("/api/v1/me", headers=headers)).json()
    assert (me["account"], me["scopes"]) == ("discord:42", ["read", "write"])
    page = await member.page("/tokens")
    assert "my bot" in page.first("main").text
    assert secret not in (await member.get("/tokens")).text
    (row,) = await place.store.database.rows(api_tokens.select())
    assert secret not in str(dict(row))
    (button,) = page.all("button", name="revoke")
    await member.send("/tokens", {"revoke": button["value"]}, from_page="/tokens")
    assert (await program.get("/api/v1/me", headers=headers)).status_code == 401


async def test_nobody_revokes_another_s_token_and_guests_have_none(place: Any) -> None:
    from ganshare.domain.community import Scope

    token, _ = await place.store.api_tokens.create("discord:9", "Ben", "b", (Scope.READ,))
    member, guest = await place.member(), await place.visitor()
    told = await member.send("/tokens", {"revoke": token.id}, from_page="/tokens")
    assert told.status_code == 400
    assert len(await place.store.api_tokens.of_person("discord:9")) == 1
    assert (await guest.get("/tokens")).headers["location"] == "/sign-in"
    without = await member.send("/tokens", {"label": "x"}, from_page="/tokens")
    assert "at least one of read, write, moderate" in without.text


async def test_tokens_go_when_their_person_is_forgotten_and_stand_in_the_export(
    place: Any,
) -> None:
    from ganshare.domain.community import Scope

    _, secret = await place.store.api_tokens.create("discord:42", "Ann", "b", (Scope.READ,))
    (row,) = (await place.store.personal_data.export("discord:42"))["tokens"]
    assert row["label"] == "b"
    assert "hash" not in row
    await place.store.personal_data.forget("discord:42")
    assert await place.store.api_tokens.find(secret) is None
