"""Votes from the page, its rounds, and the curators' desk."""

import asyncio
from typing import Any

import pytest

from ganshare.domain.critics import PHRASE, VOTES, Critic
from ganshare.domain.votes import RoundRules, Voter
from ganshare.store.db.tables_ledger import tokens
from ganshare.store.votes.audit import audit
from ganshare.testing import TIMEOUT

LOOSE = RoundRules(min_age=0, quorum=1, views=5)
JSON = {"Accept": "application/json"}


async def votes(place: Any, artwork: str) -> int:
    return int((await place.store.votes.count([artwork]))[artwork])


async def vote(visitor: Any, artwork: str, page: str = "") -> Any:
    path = page or f"/paintings/{artwork}"
    return await visitor.send("/press", {"data": f"vote:{artwork}"}, from_page=path)


async def test_a_member_votes_from_the_painting_and_takes_it_back(place: Any) -> None:
    artwork = await place.engine.publish_painting("an owl")
    member = await place.member()
    answer = await vote(member, artwork.id)
    assert answer.headers["location"].startswith(f"/paintings/{artwork.id}?notice=")
    page = await member.page(answer.headers["location"])
    assert "You voted for it; it now has one vote." in page.first("main").text
    (button,) = page.all("button", value=f"vote:{artwork.id}")
    assert button["aria-pressed"] == "true"
    assert "aria-label" not in button.attributes
    assert button.text.split() == ["Vote", "1"]
    await vote(member, artwork.id)
    assert await votes(place, artwork.id) == 0


async def test_the_wall_has_a_vote_button_for_each_painting(place: Any) -> None:
    artworks = [await place.engine.publish_painting(prompt) for prompt in ("an owl", "a bat")]
    member = await place.member()
    page = await member.page("/gallery")
    assert {f"vote:{each.id}" for each in artworks} == {
        each["value"] for each in page.all("button", name="data")
    }
    await vote(member, artworks[0].id, "/gallery")
    assert await votes(place, artworks[0].id) == 1
    pressed = {
        each["value"]: each["aria-pressed"]
        for each in (await member.page("/gallery")).all("button", name="data")
    }
    voted, other = artworks
    assert pressed == {f"vote:{voted.id}": "true", f"vote:{other.id}": "false"}


async def test_a_script_is_told_the_count(place: Any) -> None:
    artwork = await place.engine.publish_painting("an owl")
    member = await place.member()
    fields = (await member.page(f"/paintings/{artwork.id}")).fields()
    data = {"token": fields["token"], "nonce": "1", "data": f"vote:{artwork.id}"}
    news = (await member.client.post("/press", data=data, headers=JSON)).json()
    assert (news["votes"], news["voted"]) == (1, True)
    again = (await member.client.post("/press", data=data, headers=JSON)).json()
    assert again["votes"] == 1  # the same sending, repeated
    other = await member.client.post("/press", data=data | {"nonce": "2"}, headers=JSON)
    assert other.json()["voted"] is False


async def test_guests_and_forms_of_others_do_not_vote(place: Any) -> None:
    artwork = await place.engine.publish_painting("an owl")
    guest = await place.visitor()
    page = await guest.page(f"/paintings/{artwork.id}")
    assert page.all("button", value=f"vote:{artwork.id}") == []
    answer = await vote(guest, artwork.id)
    told = await guest.page(answer.headers["location"])
    assert "sign-in link" in told.first("main").text
    member = await place.member()
    forged = await member.client.post(
        "/press",
        data={"token": "0" * 64, "data": f"vote:{artwork.id}"},
        headers={"Origin": "http://elsewhere.example"},
    )
    assert forged.status_code == 403
    assert await votes(place, artwork.id) == 0


async def test_ones_own_painting_has_no_button_and_refuses(place: Any) -> None:
    artwork = await place.engine.publish_painting("an owl", person="discord:42")
    member = await place.member("discord:42")
    page = await member.page(f"/paintings/{artwork.id}")
    assert page.all("button", value=f"vote:{artwork.id}") == []
    assert "Nobody has voted for it yet." in page.first("main").text
    answer = await vote(member, artwork.id)
    assert "your own" in (await member.page(answer.headers["location"])).first("main").text


async def test_an_account_votes_once_here_and_in_the_chat(place: Any) -> None:
    artwork = await place.engine.publish_painting("an owl")
    member = await place.member("discord:42")
    await place.store.accounts.redeem_link(
        await place.store.accounts.new_link("discord:42"), "telegram:7"
    )
    await place.store.votes.toggle(artwork.id, Voter("telegram:7"), key="press")
    page = await member.page(f"/paintings/{artwork.id}")
    assert page.first("button", value=f"vote:{artwork.id}")["aria-pressed"] == "true"
    await vote(member, artwork.id)
    assert await votes(place, artwork.id) == 0


# --- rounds -----------------------------------------------------------------------------------


async def test_a_round_shows_one_painting_after_another_and_counts_the_views(place: Any) -> None:
    round_ = await place.store.rounds.open("web", "discord:9", 86_400, LOOSE, title="Spring")
    for prompt in ("an owl", "a bat"):
        artwork = await place.engine.publish_painting(prompt)
        await place.store.rounds.entries.enter(round_.id, artwork.id, "discord:9", curator=True)
    guest = await place.visitor()
    assert "Sign in to vote" in (await guest.page("/round")).first("main").text
    member = await place.member()
    page = await member.page("/round")
    assert "Spring" in page.first("main").text
    assert "2 of 40" in page.first("main").text
    seen, where = set(), "/round"
    for _ in range(2):
        answer = await member.send("/press", {"data": f"next:{round_.id}"}, from_page=where)
        where = answer.headers["location"]
        assert where.startswith(f"/rounds/{round_.id}/")
        seen.add(where)
        assert (await member.page(where)).all("button", value=f"next:{round_.id}")
    assert len(seen) == 2
    answer = await member.send("/press", {"data": f"next:{round_.id}"}, from_page=where)
    assert (
        "seen every painting" in (await member.page(answer.headers["location"])).first("main").text
    )
    assert sum(each.dealt for each in await place.store.rounds.entries.of_round(round_.id)) == 2


async def test_voting_goes_on_from_painting_to_painting_and_tells_no_count_before(
    place: Any,
) -> None:
    round_ = await place.store.rounds.open("web", "discord:9", 86_400, LOOSE)
    artworks = [await place.engine.publish_painting(each) for each in ("an owl", "a bat")]
    for each in artworks:
        await place.store.rounds.entries.enter(round_.id, each.id, "discord:9", curator=True)
        await place.store.votes.toggle(each.id, Voter("discord:7"), key=each.id)
    member = await place.member()
    begun = await member.send("/press", {"data": f"next:{round_.id}"}, from_page="/round")
    where, told = begun.headers["location"], []
    for _ in range(2):
        page = await member.page(where)
        told.append(page.first("p", class_="kicker").text)
        assert page.all("button", **{"data-key": "ArrowLeft"})
        like = page.first("button", **{"data-key": "ArrowRight"})
        assert "1" not in like.text
        voted = await member.send("/press", {"data": like["value"]}, from_page=where)
        where = voted.headers["location"]
    assert told == ["1 of 2", "2 of 2"]
    assert where.startswith("/round?notice=")
    assert {await votes(place, each.id) for each in artworks} == {2}
    guest = await place.visitor()
    shown = await guest.get(f"/rounds/{round_.id}/{artworks[0].id}")
    assert shown.headers["location"] == "/sign-in"
    other = await place.engine.publish_painting("a fox")
    assert (await member.get(f"/rounds/{round_.id}/{other.id}")).status_code == 404


async def test_ones_own_painting_is_entered_from_its_page(place: Any) -> None:
    member = await place.member("discord:42")
    await member.send("/paint", {"prompt": "an owl"})
    artwork = await place.engine.finish(await place.engine.claim())
    path = f"/paintings/{artwork.id}"
    assert (await member.page(path)).all("button", value=f"enter:{artwork.id}") == []
    round_ = await place.store.rounds.open("web", "discord:9", 86_400, LOOSE)
    assert (await member.page(path)).all("button", value=f"enter:{artwork.id}")
    await member.send("/press", {"data": f"enter:{artwork.id}"}, from_page=path)
    assert [each.artwork for each in await place.store.rounds.entries.of_round(round_.id)] == [
        artwork.id
    ]


async def test_paintings_of_the_page_enter_by_themselves_where_that_is_wanted(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.web.round_tasks import keep_rounds

    rules = RoundRules(min_age=0, quorum=1, automatic=True)
    round_ = await place.store.rounds.open("web", "discord:9", 86_400, rules)
    member = await place.member("discord:42")
    keeping = asyncio.create_task(keep_rounds(place.front))
    try:
        await member.send("/paint", {"prompt": "an owl"})
        artwork = await place.engine.finish(await place.engine.claim())
        async with asyncio.timeout(TIMEOUT):
            while not (found := await place.store.rounds.entries.of_round(round_.id)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert [each.artwork for each in found] == [artwork.id]
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


# --- the desk ---------------------------------------------------------------------------------


async def won(place: Any, *prompts: str) -> list[str]:
    """Have paintings win a round."""
    round_ = await place.store.rounds.open("web", "discord:9", 86_400, LOOSE, title="Spring")
    found = []
    for prompt in prompts:
        artwork = await place.engine.publish_painting(prompt)
        await place.store.rounds.entries.enter(round_.id, artwork.id, "discord:9", curator=True)
        for number in range(2):
            await place.store.votes.toggle(
                artwork.id, Voter(f"discord:{number}"), key=f"{prompt}{number}"
            )
        found.append(artwork.id)
    await place.store.rounds.close(round_.id, "discord:9", early=True)
    return found


async def test_the_curation_page_is_for_whom_the_owner_names_by_any_account(place: Any) -> None:
    (owl,) = await won(place, "an owl")
    guest, member = await place.visitor(), await place.member("discord:41")
    for each in (guest, member):
        page = await each.page("/desk", 403)
        assert "BOT_CURATORS" in page.first("main").text
        assert page.all("a", href="/desk") == []
        refused = await each.send("/desk", {"artwork": owl, "verdict": "approve"})
        assert refused.status_code == 403
    await place.store.accounts.redeem_link(
        await place.store.accounts.new_link("discord:42"), "telegram:7"
    )
    for names in ({"curators": ("telegram:7",)}, {"admins": ("discord:42",)}):
        curator = await place.member("discord:42", **names)
        page = await curator.page("/desk")
        assert "One winner is waiting" in page.first("main").text
        assert page.all("a", href="/desk")
    assert await place.store.rounds.curation.approved() == []


async def test_the_critics_stand_beside_the_votes_with_what_they_are_worth(place: Any) -> None:
    owl, bat = await won(place, "an owl", "a bat")
    curator = await place.member("discord:42", curators=("discord:42",))
    page = await curator.page("/desk")
    assert "Critic" not in page.first("main").text
    helps = {"paintings": 300, "lift": 1.84, "low": 1.2, "high": 2.5}
    await place.store.rounds.critics.keep(Critic(PHRASE, "a <b>beautiful</b> painting", "aa"))
    await place.store.rounds.critics.keep(Critic(VOTES, "", "aa", 1.0, helps))
    for name in (PHRASE, VOTES):
        await place.store.rounds.critics.keep_scores(name, {owl: 0.1, bat: 0.3})
    page = await curator.page("/desk")
    first = next(each for each in page.all("article") if "an owl" in each.text)
    assert first.text.count("Critic: No. 2 of 2 in its round") == 2
    assert "a <b>beautiful</b> painting" in first.text
    assert "1.8 times as often" in first.text
    assert "does not affect the result" in page.first("main").text
    await place.store.rounds.critics.keep(Critic(VOTES, "", "aa", 1.0, helps | {"low": 0.9}))
    page = await curator.page("/desk")
    assert "does no better than chance" in page.first("main").text


async def test_a_curator_approves_and_vetoes_with_a_reason(place: Any) -> None:
    owl, bat = await won(place, "an owl", "a bat")
    curator = await place.member("discord:42", curators=("discord:42",))
    page = await curator.page("/desk")
    assert len(page.all("article")) == 2
    text = page.first("main").text
    assert "Spring \u00b7 No. 1" in text
    assert "Entered by discord:9" in text
    silent = await curator.send("/desk", {"artwork": bat, "verdict": "veto"}, from_page="/desk")
    assert silent.status_code == 400
    assert "needs a reason" in silent.text
    values = {"artwork": bat, "verdict": "veto", "reason": "<b>a logo</b>"}
    await curator.send("/desk", values, from_page="/desk")
    await curator.send("/desk", {"artwork": owl, "verdict": "approve"}, from_page="/desk")
    assert [each.id for each in await place.store.rounds.curation.approved()] == [owl]
    page = await curator.page("/desk")
    assert "There is nothing to decide." in page.first("main").text
    assert "The curated set: one painting" in page.first("main").text
    log = await place.store.votes.log.read(artwork=bat)
    assert (log[-1].by, log[-1].reason) == ("discord:42", "<b>a logo</b>")


async def test_enter_on_the_reason_of_a_veto_does_not_approve(place: Any) -> None:
    await won(place, "an owl")
    page = await (await place.member("discord:42", curators=("discord:42",))).page("/desk")
    (reason,) = page.all("input", name="reason")
    elements = page.elements[: page.elements.index(reason)]
    form = next(each for each in reversed(elements) if each.tag == "form")
    within = page.elements[page.elements.index(form) :]
    pressed = next(each for each in within if each.tag == "button")  # as browsers choose it
    assert (pressed["name"], pressed["value"]) == ("verdict", "veto")


async def test_a_decision_is_undone_until_the_painting_is_planned(place: Any) -> None:
    owl, bat = await won(place, "an owl", "a bat")
    curator = await place.member("discord:42", curators=("discord:42",))

    async def decide(artwork: str, verdict: str, status: int = 303) -> str:
        values = {"artwork": artwork, "verdict": verdict, "reason": "a logo"}
        answer = await curator.send("/desk", values, from_page="/desk")
        assert answer.status_code == status, answer.text
        return str(answer.text)

    for artwork, verdict in ((owl, "approve"), (bat, "veto")):
        await decide(artwork, verdict)
        page = await curator.page("/desk")
        assert len(page.all("article")) == 1
        assert page.all("button", name="verdict", value="undo")
        await decide(artwork, "undo")
        assert len((await curator.page("/desk")).all("article")) == 2
    assert await place.store.rounds.curation.approved() == []
    assert "Nobody has decided" in await decide(owl, "undo", 400)
    assert "allowed are" in await decide(owl, "", 400)
    await decide(owl, "approve")
    await place.store.database.write(
        tokens.insert().values(
            chain_id=1, collection="0x0", token="1", artwork=owl, state="planned", item="{}",
            metadata="", updated=0.0,
        )
    )  # fmt: skip
    for verdict in ("undo", "veto"):
        assert "planned for minting" in await decide(owl, verdict, 400)
    assert not (await curator.page("/desk")).all("button", name="verdict", value="undo")
    audited = await audit(place.store.votes.log, place.store.database)
    assert audited.differences == ()


async def test_the_rounds_page_shows_who_won(place: Any) -> None:
    await won(place, "an owl")
    page = await (await place.visitor()).page("/round")
    assert "The winners of \u201cSpring\u201d" in page.first("main").text
    assert len(page.all("img")) == 1
