"""Odd prompts are read and refused alike, word for word, wherever they are typed."""
# ruff: noqa: RUF001  # people type such signs

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from telegram import Chat, Message, User

import engine.commands.paint as command_line
from bot.core.commands.definitions import find_command, parse_text
from bot.core.messages import CommandRequest, Person, Rank, Reply
from bot.core.messages import Place as Spot
from bot.discord.requests import read_command
from bot.telegram.parsing import author_of, place_of, read_line
from ganshare.domain.asked_prompt import PaintOptions, read_prompt
from ganshare.domain.presets import PRESETS
from ganshare.errors import AskerError
from ganshare.prompts import parse_prompts

KEEP = "put words that start with -- in quotes to keep them as text."
COLON = "put words with a colon in quotes to keep them as text."

Parts = list[tuple[str, float]]
READ: list[tuple[str, Parts, dict[str, object]]] = [
    # ordinary text
    ("meet me at 7:05", [("meet me at 7:05", 1)], {}),
    ("Genesis 1:1", [("Genesis 1:1", 1)], {}),
    ("a map, scale 1:50000", [("a map, scale 1:50000", 1)], {}),
    ("ftp://host:21 in neon", [("ftp://host:21 in neon", 1)], {}),
    ("a poster for https://a.b:8", [("a poster for https://a.b:8", 1)], {}),
    ("Apollo: 13", [("Apollo: 13", 1)], {}),
    ("two cats :3 :D", [("two cats :3 :D", 1)], {}),
    ("a dog =:3", [("a dog =:3", 1)], {}),
    ("Windows 95:7", [("Windows 95:7", 1)], {}),
    ("Really?:2", [("Really?:2", 1)], {}),
    ('a 12" record', [('a 12" record', 1)], {}),
    ("it says “no|yes”", [("it says “no|yes”", 1)], {}),
    ("rock & roll (live)", [("rock & roll (live)", 1)], {}),
    ("naan: inf", [("naan: inf", 1)], {}),
    ("Ns::call()", [("Ns::call()", 1)], {}),
    ("a -- b — c – d", [("a -- b — c – d", 1)], {}),
    ("a well-known---fox", [("a well-known---fox", 1)], {}),
    ("a dog —old and grey", [("a dog —old and grey", 1)], {}),
    ("[sketch] of a hand", [("[sketch] of a hand", 1)], {}),
    ("D:\\art\\new", [("D:\\art\\new", 1)], {}),
    ("a\u200bcas\u202etle\x07", [("acastle", 1)], {}),
    # parts and weights
    ("a hill | a mill:.5 |", [("a hill", 1), ("a mill", 0.5)], {}),
    ("| | a hill || a mill", [("a hill", 1), ("a mill", 1)], {}),
    ("hill｜mill：０．５", [("hill", 1), ("mill", 0.5)], {}),
    ("a hill|fog:−1", [("a hill", 1), ("fog", -1)], {}),
    ("a hill: 1.5 | fog: -1", [("a hill", 1.5), ("fog", -1)], {}),
    ("hill:0,5|(a mill):2", [("hill", 0.5), ("(a mill)", 2)], {}),
    ('"Catch 22":2 | a', [("Catch 22", 2), ("a", 1)], {}),
    ("„1|2“ | «3:4» | 「a：b」", [("1|2", 1), ("3:4", 1), ("a：b", 1)], {}),
    (r"a\|b \(c\:2\)", [("a|b (c:2)", 1)], {}),
    ('"--seed 7 | a:2"', [("--seed 7 | a:2", 1)], {}),
    # other programs' habits
    ("hill::3 mill::-1", [("hill", 3), ("mill", -1)], {}),
    ("hill ::2, mill:: fog", [("hill", 2), ("mill", 1), ("fog", 1)], {}),
    ("(hill:1.4)", [("hill", 1.4)], {}),
    ("hill, ((mill)), fog", [("hill", 1), ("mill", 1.21), ("fog", 1)], {}),
    ("a hill --ar 16:9", [("a hill", 1)], {"size": (336, 192)}),
    ("--ar=2:3 a hill", [("a hill", 1)], {"size": (224, 336)}),
    ("a hill —ar １：１ –seed 9", [("a hill", 1)], {"seed": 9}),
    ("a hill --no people, cars", [("a hill", 1), ("people, cars", -0.5)], {}),
    ("hill Negative prompt: fog, rain", [("hill", 1), ("fog, rain", -0.5)], {}),
    ("a --seed 7 --STEPS 50, | b", [("a", 1), ("b", 1)], {"seed": 7, "steps": 50}),
    ("a --size 320x256", [("a", 1)], {"size": (320, 256)}),
    ("a --preset draft", [("a", 1)], {"preset": "draft", "steps": 60, "size": (192, 192)}),
    ("a --preset draft --steps 9 --ar 2:1", [("a", 1)],
     {"preset": "draft", "steps": 9, "size": (288, 144)}),
    ("-- a --seed of doubt", [("a --seed of doubt", 1)], {}),
    (r"a \--seed of doubt", [("a --seed of doubt", 1)], {}),
    ('a "b --no "c:2|d"', [('a "b --no "c', 2), ('d"', 1)], {}),
]  # fmt: skip
REFUSED = [
    ("| |", "The prompt is empty; it needs some text."),
    ('""', "The prompt is empty; it needs some text."),
    ("\u2800", "The prompt is empty; it needs some text."),
    ("--no people", "The prompt is empty; it needs some text."),
    ("room:101", "The weight of part 1 must be between -10 and 10 (got '101'); "
     f"{COLON}"),
    ("hill:0", "All weights of the prompt are zero or negative; at least one must be above "
     f"zero; {COLON}"),
    ("a|" * 17, "The prompt has 17 parts; at most 16 are allowed; put words with a | in quotes "
     "to keep them as text."),
    ("x" * 1001, "The prompt has 1,001 characters; at most 1,000 are allowed."),
    ("a (blue:1.2) bird", "A weight such as '(blue:1.2)' must apply to a whole part, as in \"a fox "
     '| red:1.3"; put quotes around it to keep it as text.'),
    ("hill <lora:oil:1>", "The model '<lora:oil:1>' cannot be added in a prompt; leave it out, or "
     "put quotes around it to keep it as text."),
    ("hill Steps: 20, Sampler: Euler", "Settings of other programs cannot be read; write "
     "--steps 20 --seed 7 instead, or put quotes around them to keep them as text."),
    ("hill --v 5", "There is no option '--v'; allowed are --ar, --model, --no, --preset, --seed, "
     f"--size, --steps; {KEEP}"),
    ("hill --sead 5", "There is no option '--sead' (did you mean --seed?); allowed are --ar, "
     f"--model, --no, --preset, --seed, --size, --steps; {KEEP}"),
    ("a --seed 1 --seed 2", f"The option --seed is given twice; once is enough; {KEEP}"),
    ("a --size 64x64 --ar 1:1", f"The option --size is given twice; once is enough; {KEEP}"),
    ("a --seed", f"The option --seed needs a value after it; {KEEP}"),
    ("a --no | b", f"The option --no needs a value after it; {KEEP}"),
    ("a --steps 0", f"The option --steps needs a whole number from 1 to 2000, not '0'; {KEEP}"),
    ("a --ar 40:1", "The option --ar needs width:height from 1:16 to 16:1, such as 16:9, not "
     f"'40:1'; {KEEP}"),
    ("a --preset big", f"The option --preset needs one of draft, standard, not 'big'; {KEEP}"),
]  # fmt: skip

Frontend = Callable[[Any, int, str], Awaitable[Any]]


async def on_command_line(place: Any, number: int, text: str) -> Any:
    """What the command would paint."""
    asked: list[Any] = []

    def keep(prompts: Any, _: Any, seed: int, width: int, height: int, steps: int, *__: Any,
             preset: str, **___: Any) -> None:  # fmt: skip
        asked.append(SimpleNamespace(prompts=prompts, seed=seed, width=width, height=height,
                                     steps=steps, preset=preset))  # fmt: skip
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command_line, "PaintingRequest", keep)
        done = CliRunner().invoke(command_line.paint, ["--", text])
    return asked[0] if asked else str(done.exception)


async def _answered(place: Any, ask: CommandRequest) -> Any:
    return await _job(place, await place.front.dispatcher.answer(ask))


async def _job(place: Any, replies: list[Reply]) -> Any:
    (reply,) = replies
    return (await place.store.queue.get(reply.job)).request if reply.job else reply.text


async def on_discord(place: Any, number: int, text: str) -> Any:
    permissions = SimpleNamespace(manage_guild=False, administrator=False, manage_messages=False)
    user = SimpleNamespace(id=number << 22, display_name="Ann")
    interaction: Any = SimpleNamespace(
        id=number, user=user, permissions=permissions, guild_id=1, channel_id=1, channel=None,
        locale="en-GB", app_permissions=SimpleNamespace(view_channel=True),
        context=SimpleNamespace(private_channel=False), is_guild_integration=lambda: True,
    )  # fmt: skip
    return await _answered(place, await read_command(interaction, "paint", {"prompt": text}, None))


async def on_telegram(place: Any, number: int, text: str) -> Any:
    chat, user = Chat(number, "private"), User(number, "Ann", is_bot=False)
    message = Message(number, datetime.now(UTC), chat, from_user=user, text=f"/paint {text}")
    line = read_line(message, "bot")
    assert line is not None
    arguments = parse_text(find_command(line.command), line.words)
    author = author_of(message, rank=Rank.MEMBER)
    assert author is not None
    return await _answered(
        place, CommandRequest("paint", arguments, author, place_of(message), f"telegram:{number}")
    )


async def in_terminal(place: Any, number: int, text: str) -> Any:
    person, key = Person(f"terminal:{number}", "Ann"), f"terminal:{number}"
    arguments = parse_text(find_command("paint"), text)
    return await _answered(place, CommandRequest("paint", arguments, person, Spot("terminal"), key))


async def on_the_page(place: Any, number: int, text: str) -> Any:
    if number % 10 == 1:  # one visitor may not send many forms at once
        place.asker = await place.visitor()
    answer = await place.asker.send("/paint", {"prompt": text})
    if answer.status_code == 303:
        job = await place.store.queue.get(answer.headers["location"].rpartition("/")[2])
        await place.store.queue.cancel(job.id, by=job.person)  # so that the next one is let in
        return job.request
    found = re.search(r'<p class="error"[^>]*>(.*?)</p>', answer.text)
    assert found is not None
    return unescape(found[1])


FRONTENDS = (on_command_line, on_discord, on_telegram, in_terminal, on_the_page)


@pytest.mark.heavy
@pytest.mark.parametrize("ask", FRONTENDS)
async def test_odd_prompts_mean_the_same_everywhere(place: Any, ask: Frontend) -> None:
    meant: dict[str, Any] = {}
    for number, (text, _, options) in enumerate(READ, 1):
        request = await ask(place, number, text)
        found = {
            "size": (request.width, request.height),
            "steps": request.steps,
            "preset": request.preset,
        }
        if "seed" in options:
            found["seed"] = request.seed
        read = [(part.text, part.weight) for part in request.prompts]
        usual = {"size": (256, 256), "steps": 120, "preset": "standard"}
        meant[text] = (read, found) if found != usual | options else (read, options)
    assert meant == {text: (parts, options) for text, parts, options in READ}


@pytest.mark.parametrize("ask", FRONTENDS)
async def test_what_cannot_be_read_is_refused_in_the_same_words_everywhere(
    place: Any, ask: Frontend
) -> None:
    said = {text: await ask(place, number, text) for number, (text, _) in enumerate(REFUSED, 1)}
    assert said == dict(REFUSED)


@pytest.mark.parametrize("options", [{"seed": 1}, {"steps": 1}, {"size": "64x64"}])
def test_an_option_in_the_prompt_and_beside_it_is_refused(options: dict[str, Any]) -> None:
    text = "a hill --seed 2 --steps 2 --ar 1:1"
    with pytest.raises(AskerError, match=f"--{next(iter(options))} is given twice"):
        read_prompt(text, PaintOptions(**options))


def test_what_is_asked_for_beside_a_prompt_goes_before_its_preset() -> None:
    asked = read_prompt("a hill", PaintOptions(preset="draft", num_cutouts=4, size="320x64"))
    draft = PRESETS["draft"]
    assert (asked.steps, asked.num_cutouts) == (draft.steps, 4)
    assert (asked.width, asked.height) == (320, 64)


@pytest.mark.parametrize("text", ["🏳️\u200d🌈 👨\u200d👩\u200d👧", "می\u200cخواهم"])
def test_what_joins_letters_and_emoji_is_kept(text: str) -> None:
    assert read_prompt(text).text == text


@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ("--seed", "--no", "7", "a", '"b|c"', "|", "--", "—ar", "16:9", "Negative prompt:", "--size=9")
), max_size=9).map(" ".join))  # fmt: skip
def test_what_is_kept_of_any_prompt_is_read_again(text: str) -> None:
    try:
        asked = read_prompt(text)
    except AskerError:
        return
    assert parse_prompts(asked.text) == asked.parts
