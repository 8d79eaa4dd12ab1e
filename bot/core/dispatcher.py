"""The desk: a command or a press comes in, is checked and carried out, and replies go out."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from bot.core.commands import accounts, gallery, paint, queue, reports, rounds, settings, vote
from bot.core.commands.accounts import SIGN_IN_PATH
from bot.core.commands.autocomplete import offers
from bot.core.commands.definitions import check_arguments, find_command
from bot.core.commands.parameters import Command
from bot.core.context import DeskOptions, Errand, Tools
from bot.core.messages import Action, Ask, Person, Press, Rank, Reply
from bot.core.moderation.prompt_filter import Moderation
from bot.core.random_prompts import Prompts
from bot.core.rendering.catalogue import Words
from bot.core.rendering.errors import RefusalError, sentence_of
from ganshare.blobs import Blobs
from ganshare.errors import AskerError, ParameterError, WorldError, quoted
from ganshare.monitoring.log import get_logger, pseudonym
from ganshare.store import Store

__all__ = ["SIGN_IN_PATH", "Desk", "DeskOptions"]

_log = get_logger(__name__)


async def _link(errand: Errand, code: str) -> list[Reply]:
    _allowed(errand, "link")
    return await accounts.linked(errand, code)


PRESSES: Mapping[Action, Callable[[Errand, str], Awaitable[list[Reply]]]] = {
    Action.AGAIN: paint.again,
    Action.VARY: paint.vary,
    Action.MASTER: gallery.master,
    Action.SHOW: gallery.show,
    Action.DELETE: settings.delete,
    Action.REPORT: reports.report,
    Action.HIDE: partial(reports.hide, turned=True),
    Action.KEEP: partial(reports.keep, turned=True),
    Action.REVIEW: partial(reports.review, turned=True),
    Action.CANCEL: queue.cancel,
    Action.QUEUE: queue.standing,
    Action.GALLERY: gallery.turn_gallery,
    Action.MINE: gallery.turn_mine,
    Action.VOTE: vote.vote,
    Action.NEXT: vote.deal,
    Action.ENTER: rounds.enter,
    Action.LINK: _link,
}
WANTS_SUBJECT = frozenset({Action.CANCEL, Action.VOTE})


class Desk:
    """Answers every command and every button, on all platforms; it knows none of them.

    A reply with `job` set becomes that job's message: the frontend sends it, then tells `posted`
    where it stands, and from then on the courier keeps it up to date. The desk adds its own key
    "desk" to what a frontend gives as `reply_to`. Where a job is delivered follows from the
    place's id: "discord:CHANNEL" by the courier of the origin "discord".
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        words: Words,
        moderation: Moderation,
        options: DeskOptions | None = None,
    ) -> None:
        self._store, self._words = store, words
        chosen = options or DeskOptions()
        prompts = Prompts(store, chosen.prompts)
        self._tools = Tools(store, blobs, words, moderation, chosen, prompts)

    async def answer(self, ask: Ask) -> list[Reply]:
        """Carry out a command; never raises.

        A mistake is answered with its sentence, a store that is away with an honest "not now", and
        anything unexpected with an apology and the id that is logged. A repeated delivery (the
        same key) gives the same jobs.
        """
        return await self._carefully(ask, ask.command, self._answer)

    async def press(self, press: Press) -> list[Reply]:
        """Carry out what a button stands for; as `answer`.

        A reply that `replaces` is shown in place of the message that had the button.
        """
        return await self._carefully(press, f"button {press.action}", self._press)

    def mistake(self, error: AskerError, locale: str) -> Reply:
        """Give the reply for a mistake that a frontend finds, as in a line that it parses."""
        return Reply(text=sentence_of(self._words, locale, error), is_private=True)

    async def complete(self, command: str, parameter: str, typed: str, person: Person) -> list[str]:
        """Offer what could be meant, at most 25 texts of at most 100 characters; never raises."""
        try:
            found = find_command(command)
            if person.rank < found.rank:
                return []
            wanted = next(each for each in found.parameters if each.name == parameter)
            return await offers(self._store, wanted, typed)
        except (StopIteration, AskerError, WorldError) as error:
            _log.info("nothing to offer", command=command, reason=str(error))
            return []

    async def posted(self, job: str, origin: str, address: Mapping[str, Any]) -> None:
        """Remember where a job's message stands; never raises.

        Args:
            address: whatever the frontend's messenger needs to edit it; plain JSON.
        """
        try:
            await self._store.posts.save_of_job(job, origin, address)
        except WorldError as error:  # then the courier sends a message of its own
            _log.warning("a message's address was not kept", job=job, reason=str(error))

    # --- who does what ------------------------------------------------------------------------

    async def _answer(self, errand: Errand, ask: Ask) -> list[Reply]:
        command = _allowed(errand, ask.command)
        return await command.handler(errand, check_arguments(command, ask.arguments))

    async def _press(self, errand: Errand, press: Press) -> list[Reply]:
        handler = PRESSES.get(press.action)
        if handler is None or (press.action in WANTS_SUBJECT and not press.subject):
            raise RefusalError("refusal-button")
        return await handler(errand, press.subject)

    async def _carefully(
        self,
        given: Any,
        what: str,
        carry_out: Callable[[Errand, Any], Awaitable[list[Reply]]],
    ) -> list[Reply]:
        locale = given.person.locale
        try:
            errand = await self._tools.errand(given)
            locale = errand.locale
            return await carry_out(errand, given)
        except AskerError as error:
            return [self.mistake(error, locale)]
        except WorldError as error:
            _log.warning("not now", what=what, reason=str(error))
            return [Reply(text=self._words.say(locale, "world-away-other"), is_private=True)]
        except Exception:
            number = secrets.token_hex(4)
            who = pseudonym(given.person.id)
            _log.exception("unexpected error", id=number, what=what, person=who)
            sorry = self._words.say(locale, "internal-error", id=number)
            return [Reply(text=sorry, is_private=True)]


def _allowed(errand: Errand, name: str) -> Command:
    """Give a command that the asker may use; raises RefusalError."""
    try:
        command = find_command(name)
    except ParameterError as error:
        raise RefusalError("refusal-command", given=quoted(name)) from error
    if errand.person.rank < command.rank:
        is_for_admins = command.rank is Rank.ADMIN
        message = "refusal-rank-admin" if is_for_admins else "refusal-rank-member"
        raise RefusalError(message, command=name)
    return command
