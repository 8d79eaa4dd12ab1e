"""Dispatches commands and button presses: checks each, runs its handler, returns the replies."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bot.core.autocomplete import MOST, Offer, numbered, offers
from bot.core.commands import (
    accounts,
    blocks,
    gallery,
    privacy,
    queue,
    reports,
    rounds,
    sales,
    settings,
    vote,
)
from bot.core.commands.accounts import SIGN_IN_PATH
from bot.core.commands.definitions import COMMANDS, check_arguments, find_command
from bot.core.commands.help import no_such_command
from bot.core.commands.painting import paint
from bot.core.commands.painting.describe import paint_described
from bot.core.commands.parameters import Command, Completes
from bot.core.context import CommandContext, DispatcherOptions, Services
from bot.core.delivery.renewals import PaintingMessages
from bot.core.messages import Action, ButtonPress, CommandRequest, Person, Place, Rank, Reply
from bot.core.moderation.prompt_filter import Moderation
from bot.core.random_prompts import Prompts
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import RefusalError, sentence_of
from bot.core.rendering.welcome import welcome
from ganshare.blobs import Blobs
from ganshare.errors import AskerError, InternalError, ParameterError, WorldError
from ganshare.monitoring.log import get_logger, pseudonym
from ganshare.shares.gate import Gate
from ganshare.store import Store

__all__ = ["SIGN_IN_PATH", "Dispatcher", "DispatcherOptions"]

_log = get_logger(__name__)


async def _link(context: CommandContext, code: str) -> list[Reply]:
    _check_allowed(context, "link")
    return await accounts.link_accounts(context, code)


async def _unlink(context: CommandContext, wallet: str) -> list[Reply]:
    _check_allowed(context, "unlink")
    return await accounts.unlink(context, wallet)


async def _forget(context: CommandContext, subject: str) -> list[Reply]:
    _check_allowed(context, "forget")
    return await privacy.forget_person(context, subject)


PRESSES: Mapping[Action, Callable[[CommandContext, str], Awaitable[list[Reply]]]] = {
    Action.AGAIN: paint.again,
    Action.VARY: paint.vary,
    Action.PAINT: paint_described,
    Action.EDIT: paint.edit,
    Action.MASTER: gallery.master,
    Action.SHOW: gallery.show,
    Action.PICK: gallery.pick,
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
    Action.SELL: sales.agree,
    Action.NO_SALE: sales.refuse,
    Action.LINK: _link,
    Action.UNLINK: _unlink,
    Action.FORGET: _forget,
}
WANTS_SUBJECT = frozenset({Action.CANCEL, Action.VOTE, Action.UNLINK})


class Dispatcher:
    """Answers every command and every button, on all platforms; it knows none of them.

    A reply with `job` set becomes that job's message: the frontend sends it, then gives its address
    to `save_message`, and the delivery service keeps it up to date from then on. The dispatcher
    adds a key of its own, "desk", to a frontend's `reply_to`. A place's id says who delivers:
    "discord:CHANNEL" the delivery service of the origin "discord".
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        words: Catalogue,
        moderation: Moderation,
        options: DispatcherOptions | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._store, self._words = store, words
        chosen = options or DispatcherOptions()
        prompts = Prompts(store, chosen.prompts)
        self._painting_messages = PaintingMessages(store, blobs, words)
        self._services = Services(store, blobs, words, moderation, chosen, prompts, gate)

    @property
    def painting_messages(self) -> PaintingMessages:
        """Shows replies with paintings, for the frontends."""
        return self._painting_messages

    @property
    def requester_share(self) -> str:
        """Percent of the proceeds that is promised to requesters."""
        return self._services.options.requester_share

    async def answer(self, request: CommandRequest) -> list[Reply]:
        """Carry out a command; never raises.

        A mistake is answered with its sentence, a store that is away with an honest "not now", and
        anything unexpected with an apology and the id that is logged. A repeated delivery (the
        same key) gives the same jobs.
        """
        return await self._carefully(request, request.command, self._answer)

    async def press(self, press: ButtonPress) -> list[Reply]:
        """Carry out what a button stands for; as `answer`.

        A reply that `replaces` is shown in place of the message that had the button.
        """
        return await self._carefully(press, f"button {press.action}", self._press)

    def mistake(self, error: AskerError, locale: str) -> Reply:
        """Give the reply for a mistake that a frontend finds, as in a line that it parses."""
        return Reply(text=sentence_of(self._words, locale, error), is_private=True, error=error)

    async def welcome(self, place: str, locale: str) -> Reply | None:
        """Give the first message for a new server or group, once each; never raises."""
        name, origin = f"welcome:{place}", place.partition(":")[0]
        try:
            if not await self._store.posts.begin_telling(name, origin):
                return None
            await self._store.posts.end_telling(name, origin)
        except WorldError as error:
            _log.warning("nobody is welcomed", reason=str(error))
            return None
        return welcome(self._words, locale)

    async def context(self, given: CommandRequest | ButtonPress) -> CommandContext:
        """Look up who asks and where; what they may see is read through it.

        Raises:
            StoreError: the store is away.
        """
        return await self._services.context(given)

    async def complete(
        self, command: str, parameter: str, typed: str, person: Person, place: Place | None = None
    ) -> list[Offer]:
        """Offer what could be meant, at most 25 texts of at most 100 characters; never raises."""
        try:
            found = find_command(command)
            where = place or Place(person.id, is_private=True)
            context = await self.context(CommandRequest(command, {}, person, where, key=""))
            if context.person.rank < found.rank:
                return []
            wanted = next(each for each in found.parameters if each.name == parameter)
            match wanted.completes:
                case Completes.REPORTED:
                    known = [(each.id, each.prompt) for each in await reports.waiting(context)]
                    return numbered(typed, known)[:MOST]
                case Completes.BLOCKED:
                    return numbered(typed, await blocks.blocked(context))[:MOST]
            return await offers(self._store, wanted, typed, person.id)
        except (StopIteration, AskerError, WorldError) as error:
            _log.info("nothing to offer", command=command, reason=str(error))
            return []

    async def save_message(self, job: str, origin: str, address: Mapping[str, Any]) -> bool:
        """Remember where the answer to a command stands; never raises.

        False if the answer came too late: the job has another message, and this one should go.

        Args:
            address: what the frontend's messenger needs to edit it; plain JSON.
        """
        try:
            kept = await self._store.posts.save_first_of_job(job, origin, address)
            if kept == address:
                # It may have been written over what the delivery service showed there meanwhile.
                found = await self._store.queue.get(job)
                if found is not None and found.seen > 1:
                    await self._store.queue.renew(job)
                return True
        except WorldError as error:  # then the delivery service sends a new message
            _log.warning("a message's address was not kept", job=job, reason=str(error))
            return True
        return False

    # --- who does what ------------------------------------------------------------------------

    async def _answer(self, context: CommandContext, request: CommandRequest) -> list[Reply]:
        command = _check_allowed(context, request.command)
        return await command.handler(context, check_arguments(command, request.arguments))

    async def _press(self, context: CommandContext, press: ButtonPress) -> list[Reply]:
        handler = PRESSES.get(press.action)
        if handler is None or (press.action in WANTS_SUBJECT and not press.subject):
            raise RefusalError("refusal-button")
        return await handler(context, press.subject)

    async def _carefully(
        self,
        given: Any,
        what: str,
        carry_out: Callable[[CommandContext, Any], Awaitable[list[Reply]]],
    ) -> list[Reply]:
        locale = given.person.locale
        try:
            context = await self._services.context(given)
            replies = await carry_out(context, given)
            return [replace(each, locale=context.locale) for each in replies]
        except AskerError as error:
            return [self.mistake(error, locale)]
        except WorldError as error:
            _log.warning("not now", what=what, reason=str(error))
            away = self._words.say(locale, "world-away-other")
            return [Reply(text=away, is_private=True, error=error)]
        except Exception:
            number = secrets.token_hex(4)
            who = pseudonym(given.person.id)
            _log.exception("unexpected error", id=number, what=what, person=who)
            sorry = self._words.say(locale, "internal-error", id=number)
            return [Reply(text=sorry, is_private=True, error=InternalError(sorry))]


def _check_allowed(context: CommandContext, name: str) -> Command:
    """Give a command that the asker may use; raises RefusalError."""
    try:
        command = find_command(name)
    except ParameterError as error:
        raise no_such_command(context, COMMANDS, name) from error
    if context.person.rank < command.rank:
        is_for_admins = command.rank is Rank.ADMIN
        message = "refusal-rank-admin" if is_for_admins else "refusal-rank-member"
        raise RefusalError(message, command=name)
    return command
