"""Shares on the page: a wallet is linked, what it holds is told, and content opens for it alone."""

import hashlib
from typing import Any

from eth_account.messages import encode_defunct

from admin.testing.shares import ANN, Shares

SITE = "http://paint.example"
WHO = "discord:42"


async def member(gated: Any, person: str = WHO) -> Any:
    """Somebody who signed in with a link from the chat."""
    visitor = await gated.visitor(web_url=SITE)
    sign_in = await gated.store.accounts.new_sign_in(person, "Ann")
    fields = (await visitor.page(f"/sign-in/{sign_in}?to=shares")).fields()
    answer = await visitor.client.post("/sign-in", data=fields, headers={"Origin": SITE})
    assert answer.headers["location"].startswith("/shares?")
    return visitor


async def link(visitor: Any, host: str = "127.0.0.1:8000") -> Any:
    """Have the page write a message, sign it, and send it back."""
    fields = (await visitor.page("/shares")).fields()
    headers = {"Origin": SITE, "Host": host}
    asked = {"token": fields["token"], "wallet": ANN.address}
    answer = await visitor.client.post("/shares/message", data=asked, headers=headers)
    if answer.status_code != 200:
        return answer, {}
    text = answer.json()["message"]
    signature = "0x" + ANN.sign_message(encode_defunct(text=text)).signature.hex()
    values = {"token": fields["token"], "message": text, "signature": signature}
    return await visitor.client.post("/shares/wallet", data=values, headers=headers), values


async def test_a_wallet_is_linked_and_its_shares_are_told(gated: Any) -> None:
    ann = await member(gated)
    page = await ann.page("/shares")
    assert any("has no linked wallet yet" in each.text for each in page.all("p"))
    answer, values = await link(ann)
    assert answer.status_code == 200, answer.text
    assert values["message"].startswith("paint.example wants")
    page = await ann.page(answer.json()["go"])
    assert any(ANN.address.lower() in each.text for each in page.all("code"))
    assert [each.text for each in page.all("dd")][:3] == ["10:00 h", "0:00 h", "10:00 h"]
    again = await ann.client.post("/shares/wallet", data=values, headers={"Origin": SITE})
    assert (again.status_code, "already used" in again.json()["error"]) == (422, True)


async def test_the_host_that_a_request_names_does_not_matter(gated: Any) -> None:
    ann = await member(gated)
    answer, _ = await link(ann, host="evil.example")
    assert answer.status_code == 421
    answer, values = await link(ann, host="127.0.0.1:1")
    assert values["message"].startswith("paint.example wants")
    assert f"URI: {SITE}/shares\n" in values["message"]


async def test_what_one_signed_links_no_other_account(gated: Any) -> None:
    ann = await member(gated)
    _, values = await link(ann)
    ben = await member(gated, "discord:43")
    token = (await ben.page("/shares")).fields()["token"]
    answer = await ben.client.post(
        "/shares/wallet", data=values | {"token": token}, headers={"Origin": SITE}
    )
    assert answer.status_code == 422
    answer, _ = await link(ben)
    assert "linked to another person" in answer.json()["error"]


async def test_guests_and_forged_forms_link_nothing(gated: Any) -> None:
    guest = await gated.visitor(web_url=SITE)
    assert "/sign-in" in (await guest.get("/shares")).headers["location"]
    ann = await member(gated)
    asked = {"token": "forged", "wallet": ANN.address}
    answer = await ann.client.post("/shares/message", data=asked, headers={"Origin": SITE})
    assert answer.status_code == 403


async def test_a_wallet_is_unlinked(gated: Any) -> None:
    ann = await member(gated)
    await link(ann)
    token = (await ann.page("/shares")).fields()["token"]
    values = {"token": token, "wallet": ANN.address.lower()}
    answer = await ann.client.post("/shares/unlink", data=values, headers={"Origin": SITE})
    assert answer.status_code == 303
    assert await gated.store.shares.wallets.of_person(WHO) == []


async def test_the_statement_is_a_file(gated: Any) -> None:
    ann = await member(gated)
    answer = await ann.get("/shares/statement.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("painting,paid by,state,started,finished,seconds")


async def unlockable(gated: Any, token: str) -> str:
    data = b"<b>The secret</b>"
    await gated.front.blobs.put("unlockables/one", data)
    made = await gated.store.shares.unlockables.add(
        token=token,
        name="secret page.html",
        media_type="text/html",
        blob="unlockables/one",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
    )
    return str(made.id)


async def open_it(visitor: Any, number: str) -> Any:
    token = (await visitor.page("/shares")).fields()["token"]
    return await visitor.client.post(
        f"/unlockables/{number}", data={"token": token}, headers={"Origin": SITE}
    )


async def test_content_opens_for_its_holder_alone(gated: Any, shares: Shares) -> None:
    (token,) = gated.front.gate.settings.token.names
    number = await unlockable(gated, token)
    ann = await member(gated)
    await link(ann)
    page = await ann.page("/shares")
    assert any("secret page.html" in each.text for each in page.all("bdi"))
    answer = await open_it(ann, number)
    address = answer.headers["location"]
    found = await ann.get(address)
    assert found.content == b"<b>The secret</b>"
    assert found.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in found.headers["content-security-policy"]
    (read,) = await gated.store.shares.unlockables.reads()
    assert (read.person, read.wallet) == (WHO, ANN.address.lower())

    ben = await member(gated, "discord:43")
    copied = await ben.get(address)
    assert copied.status_code == 400
    assert "someone else" in copied.text
    assert (await open_it(ben, number)).status_code == 400
    expires, signature = address.rpartition("/")[2].split("-")
    later = f"/unlockables/{number}/{int(expires) + 1}-{signature}"
    assert (await ann.get(later)).status_code == 400
    assert (await ann.get(f"/unlockables/{number}/1-{signature}")).status_code == 400


async def test_content_asks_the_chain_at_that_moment(gated: Any, shares: Shares) -> None:
    (token,) = gated.front.gate.settings.token.names
    number = await unlockable(gated, token)
    ann = await member(gated)
    await link(ann)
    await ann.page("/shares")  # known for a minute from here on
    before = shares.evm.tester.take_snapshot()
    shares.take_back()
    assert (await open_it(ann, number)).status_code == 400
    shares.evm.revert(before)
    assert (await open_it(ann, number)).status_code == 303


async def test_without_a_gate_the_page_says_so(place: Any) -> None:
    ann = await place.member(WHO)
    page = await ann.page("/shares")
    assert any("This community has no shares" in each.text for each in page.all("p"))
