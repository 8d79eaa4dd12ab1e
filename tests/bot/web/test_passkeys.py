"""Passkeys: a software authenticator makes them and signs in; nothing else does."""

import hashlib
import json
import os
import time
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from bot.web.passkeys import SECONDS, Ceremony
from bot.web.sessions import Session

HOST, ORIGIN = "paint.example", "https://paint.example"
PUBLIC = {"web_url": ORIGIN}


class Authenticator:
    """What a phone does, for one passkey (ES256, no attestation)."""

    def __init__(self, origin: str = ORIGIN, host: str = HOST, verified: bool = True) -> None:
        self.origin, self.host, self.count = origin, host, 0
        self.flags = 0x05 if verified else 0x01  # user present, user verified
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _head(self, flags: int) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([self.flags | flags]) + self.count.to_bytes(4)

    def _answer(self, **response: bytes) -> str:
        encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
        own = bytes_to_base64url(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": encoded})

    def create(self, options: dict[str, Any]) -> str:
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        credential = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        made = {"fmt": "none", "attStmt": {}, "authData": self._head(0x40) + credential}
        client = self._client("webauthn.create", options)
        return self._answer(clientDataJSON=client, attestationObject=cbor2.dumps(made))

    def get(self, options: dict[str, Any]) -> str:
        self.count += 1
        head, client = self._head(0), self._client("webauthn.get", options)
        signed = self.key.sign(head + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(authenticatorData=head, clientDataJSON=client, signature=signed)


async def send(visitor: Any, path: str, **values: str) -> Any:
    visitor.client.base_url = ORIGIN
    fields = (await visitor.page("/sign-in")).fields()
    data = {"token": fields["token"], **values}
    return await visitor.client.post(path, data=data, headers={"Origin": ORIGIN})


async def options(visitor: Any, path: str) -> dict[str, Any]:
    return dict(json.loads((await send(visitor, f"{path}/options")).json()["options"]))


async def member(place: Any, person: str = "web:mia") -> Any:
    visitor, token = (
        await place.visitor(**PUBLIC),
        await place.store.accounts.new_sign_in(person, "Mia"),
    )
    assert (await send(visitor, "/sign-in", sign_in=token)).status_code == 303
    return visitor


async def with_passkey(place: Any, **shape: Any) -> tuple[Any, Authenticator]:
    mia, phone = await member(place), Authenticator(**shape)
    answer = phone.create(await options(mia, "/passkeys"))
    added = await send(mia, "/passkeys", answer=answer, label="My phone")
    assert added.status_code == 200, added.text
    return mia, phone


async def test_a_member_adds_one_and_signs_in_with_it_elsewhere(place: Any) -> None:
    mia, phone = await with_passkey(place)
    assert "My phone" in (await mia.page("/link")).first("main").text
    other = await place.visitor(**PUBLIC)
    answer = phone.get(await options(other, "/sign-in/passkey"))
    done = await send(other, "/sign-in/passkey", answer=answer)
    assert done.json()["go"].startswith("/?notice=")
    shown = await other.page("/link")
    assert "web:mia" in shown.first("main").text
    assert "last used" in shown.first("main").text
    replayed = await send(await place.visitor(**PUBLIC), "/sign-in/passkey", answer=answer)
    assert replayed.status_code == 422


async def test_what_is_removed_or_forgotten_signs_nobody_in(place: Any) -> None:
    mia, phone = await with_passkey(place)
    form = {"passkey": bytes_to_base64url(phone.id)}
    stranger = await member(place, "web:ben")
    assert (await send(stranger, "/passkeys/remove", **form)).status_code == 400
    assert (await send(mia, "/passkeys/remove", **form)).status_code == 303
    guest = await place.visitor(**PUBLIC)
    answer = phone.get(await options(guest, "/sign-in/passkey"))
    refused = await send(guest, "/sign-in/passkey", answer=answer)
    assert (refused.status_code, "no longer valid" in refused.json()["error"]) == (422, True)
    await with_passkey(place)
    exported = await place.store.personal_data.export("web:mia")
    assert [each["label"] for each in exported["passkeys"]] == ["My phone"]
    assert "public_key" not in exported["passkeys"][0]
    await place.store.personal_data.forget("web:mia")
    assert await place.store.passkeys.of_person("web:mia") == []


@pytest.mark.parametrize(
    "shape",
    [
        {"origin": "https://paint.example.evil"},
        {"host": "evil.example"},
        {"verified": False},
    ],
)
async def test_answers_of_other_sites_and_of_nobody_in_person_are_refused(
    place: Any, shape: dict[str, Any]
) -> None:
    mia, phone = await member(place), Authenticator(**shape)
    answer = phone.create(await options(mia, "/passkeys"))
    assert (await send(mia, "/passkeys", answer=answer)).status_code == 422
    _, honest = await with_passkey(place)
    guest = await place.visitor(**PUBLIC)
    asked = await options(guest, "/sign-in/passkey")
    phone.key, phone.id = honest.key, honest.id
    assert (await send(guest, "/sign-in/passkey", answer=phone.get(asked))).status_code == 422


async def test_challenges_are_of_one_session_and_of_late(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, phone = await with_passkey(place)
    guest, thief = await place.visitor(**PUBLIC), await place.visitor(**PUBLIC)
    asked = await options(guest, "/sign-in/passkey")
    stolen = await send(thief, "/sign-in/passkey", answer=phone.get(asked))
    assert stolen.status_code == 422
    own = {**asked, "challenge": bytes_to_base64url(os.urandom(56))}
    assert (await send(guest, "/sign-in/passkey", answer=phone.get(own))).status_code == 422
    moment = time.time()
    monkeypatch.setattr(time, "time", lambda: moment + SECONDS + 1)
    assert (await send(guest, "/sign-in/passkey", answer=phone.get(asked))).status_code == 422


@pytest.mark.parametrize("answer", ["", "{", "[]", '{"id": 1}', "[" * 19_000, '{"id": "x"}'])
async def test_what_is_no_answer_is_told_in_one_sentence(place: Any, answer: str) -> None:
    mia, guest = await member(place), await place.visitor(**PUBLIC)
    for visitor, path in ((mia, "/passkeys"), (guest, "/sign-in/passkey")):
        refused = await send(visitor, path, answer=answer)
        assert (refused.status_code, refused.json()["error"].count(".")) == (422, 1)
    assert (await send(guest, "/passkeys/options")).json()["error"].startswith("Sign in first")


async def test_damaged_answers_break_nothing(place: Any) -> None:
    _, phone = await with_passkey(place)
    guest = await place.visitor(**PUBLIC)
    whole = json.loads(phone.get(await options(guest, "/sign-in/passkey")))
    for name, value in whole["response"].items():
        data = bytearray(base64url_to_bytes(value))
        data[len(data) // 2] ^= 1
        for damaged in (bytes_to_base64url(bytes(data)), value[:9], "", 7):
            answer = json.dumps({**whole, "response": {**whole["response"], name: damaged}})
            guest = await place.visitor(**PUBLIC)
            assert (await send(guest, "/sign-in/passkey", answer=answer)).status_code == 422


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (ORIGIN, HOST),
        ("https://paint.example:8443", HOST),
        ("http://localhost:8000", "localhost"),
        ("http://paint.example", None),
        ("https://192.0.2.7", None),
        ("http://[::1]:8000", None),
    ],
)
def test_browsers_offer_passkeys_at_https_with_a_name(origin: str, host: str | None) -> None:
    assert Ceremony(origin, Session.new_guest()).host == host


async def test_where_there_are_none_the_page_says_what_is_needed(place: Any) -> None:
    visitor = await place.member("web:mia")  # at 127.0.0.1
    page = await visitor.page("/link")
    assert [each for each in page.elements if "data-passkey" in each.attributes] == []
    assert "need a page at an https address" in page.first("main").text
    answer = await visitor.send("/passkeys/options", {}, from_page="/link")
    assert "BOT_WEB_URL" in answer.json()["error"]
