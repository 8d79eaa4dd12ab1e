"""Autocomplete: suggests styles, colours, subjects, models and the member's own jobs."""

import random
import re
from collections.abc import Sequence

from bot.core.commands.parameters import Completes, Parameter
from bot.core.rendering.replies import shortened
from ganshare.domain.asked_prompt import SHAPES, PaintOptions, read_prompt
from ganshare.domain.engines import painted_by
from ganshare.prompts import draw_prompt
from ganshare.store import Store
from wordlists import CATEGORIES, word_lists

__all__ = ["MOST", "Offer", "matching", "numbered", "offers"]

MOST = 25
LONGEST = 100  # of one offer; Discord allows no more
IDEAS = 5
RECENT = 100  # paintings that are looked through
_PAINTING_OF = re.compile(r"(.*painting (?:of|with) )(.+)", re.IGNORECASE)


class Offer(str):
    """What could be meant.

    Args:
        label: that it is listed by, where a number says nothing to people.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> "Offer":
        """Make one."""
        made = super().__new__(cls, value)
        made.label = label or value
        return made


async def offers(store: Store, parameter: Parameter, typed: str, person: str) -> list[Offer]:
    """Give what could be meant, best first, at most 25 of at most 100 characters.

    Args:
        person: who types; any of their accounts.
    """
    typed = typed[:1000]
    found: Sequence[str]
    match parameter.completes:
        case Completes.PROMPT:
            found = _prompts(typed)
        case Completes.STYLE:
            found = matching(typed, word_lists().styles)
        case Completes.COLOUR:
            found = matching(typed, [each.name for each in word_lists().colours])
        case Completes.WORD:
            found = _words(typed)
        case Completes.MODEL:
            found = matching(typed, painted_by(await store.queue.engines()))
        case Completes.SHAPE:
            found = [_shape(each) for each in matching(typed, tuple(SHAPES))]
        case Completes.ARTWORK:
            found = await _artworks(store, typed, person)
        case Completes.PUBLIC:
            public = await store.gallery.search(limit=RECENT)
            found = numbered(typed, [(each.id, each.prompt) for each in public])
        case Completes.JOB:
            accounts = await store.accounts.of_person(person)
            jobs = [job for each in accounts for job in await store.queue.active(each)]
            found = numbered(typed, [(each.id, each.request.prompt) for each in jobs])
        case Completes.WALLET:
            linked = await store.shares.wallets.of_person(person)
            found = numbered(typed, [(each.wallet, "") for each in linked])
        case None | Completes.REPORTED | Completes.BLOCKED:  # by who asks, and where
            found = matching(typed, parameter.choices)
    made = [each if isinstance(each, Offer) else Offer(each) for each in dict.fromkeys(found)]
    return [each for each in made if 0 < len(each) <= LONGEST][:MOST]


def _shape(name: str) -> Offer:
    asked = read_prompt(name, PaintOptions(size=name))
    return Offer(name, f"{name} · {asked.width}x{asked.height}")


async def _artworks(store: Store, typed: str, person: str) -> list[Offer]:
    """The newest paintings of a person, by their prompts or the beginning of an id."""
    found = await store.gallery.search(person=person, limit=RECENT)
    return numbered(typed, [(each.id, each.prompt) for each in found])


def numbered(typed: str, known: Sequence[tuple[str, str]]) -> list[Offer]:
    """What has a number and perhaps a prompt, by words of the prompt or how the number begins."""
    words = typed.casefold().split()
    return [
        Offer(number, f"{shortened(prompt, LONGEST - 10)} · {number[:6]}" if prompt else number)
        for number, prompt in known
        if number.startswith(typed.strip().lower() or number)
        or all(each in prompt.casefold() for each in words)
    ]


def _prompts(typed: str) -> list[str]:
    """Go on from what was typed: with a style, a subject, a colour, or what it lacks."""
    text = " ".join(typed.split())
    if not text:
        dice = random.Random()  # noqa: S311  # ideas, no secrets
        return [draw_prompt(dice.getrandbits(32)).text for _ in range(IDEAS)]
    found = [text]
    before, _, last = text.rpartition(" ")
    if last.casefold() == "in":
        before, last = text, ""
    lists = word_lists()
    if before.casefold().endswith(" in") or before.casefold() == "in":
        found += [f"{before} {each.name}" for each in lists.colours if _begins(each.name, last)]
    if not before:
        found += [f"{each} Painting of " for each in lists.styles if _begins(each, last)]
    if (painting := _PAINTING_OF.fullmatch(text)) is not None:
        found += [painting[1] + each for each in matching(painting[2], _subjects())]
    if len(found) == 1:
        dice = random.Random(text)  # noqa: S311  # the same while the text is the same
        found += [f"{text} in {each.name}" for each in dice.sample(lists.colours, IDEAS)]
    return found


def _words(typed: str) -> list[str]:
    before, space, last = typed.rpartition(" ")
    lists = word_lists()
    plain = [*lists.styles, *(each.name for each in lists.colours), *_subjects()]
    return [f"{before}{space}{each}" for each in matching(last, plain)]


def _subjects() -> list[str]:
    lists = word_lists()
    return [each for category in CATEGORIES for each in lists.subjects(category)]


def matching(typed: str, words: list[str] | tuple[str, ...]) -> list[str]:
    """Words that begin so first, then those with a word in them that does."""
    wanted = typed.strip()
    first = [each for each in words if _begins(each, wanted)]
    within = [each for each in words if any(_begins(part, wanted) for part in each.split()[1:])]
    return [*first, *within]


def _begins(word: str, typed: str) -> bool:
    return word.casefold().startswith(typed.casefold())
