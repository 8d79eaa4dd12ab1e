"""Handles each Telegram update: parse, dispatch, reply."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telegram import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    MaybeInaccessibleMessage,
    Message,
    MessageReactionUpdated,
    ReactionTypeEmoji,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.app import Front
from bot.core.commands.arguments import parse_text
from bot.core.commands.definitions import find_command
from bot.core.commands.parameters import Command, Kind
from bot.core.messages import (
    Action,
    ButtonPress,
    CommandRequest,
    Person,
    Place,
    Rank,
    Reply,
    parse_data,
)
from bot.core.rounds.reaction_votes import ReactionVotes
from bot.telegram.answers import Answers, InlineAnswers, guidance
from bot.telegram.chat_admins import ChatAdmins
from bot.telegram.formatting import is_below, plain, units
from bot.telegram.message_refs import ORIGIN, MessageRef, Spot, chat_number, person_id
from bot.telegram.parsing import (
    Line,
    author_of,
    fetch_picture,
    lacks_artwork,
    picture_of,
    place_of,
    read_line,
    spot_of,
)
from bot.telegram.sender import Sender
from bot.telegram.updates import Handled
from ganshare.domain.votes import Voter
from ganshare.errors import AskerError, ParameterError, WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["UpdateHandlers"]

_log = get_logger(__name__)
_SECRET = frozenset({"link"})  # commands whose answers nobody else may read
_LONGEST_ALERT = 200  # UTF-16 code units
_SECONDS_TO_ALERT = 0.6  # then the button must stop turning, and the answer comes as a message
_SECONDS_TO_VOTE = 5.0  # many press at once, and nothing but the little window tells them


class UpdateHandlers:
    """Handles one update at a time, any number side by side.

    Args:
        name: of the bot, without the @.
    """

    def __init__(self, bot: "ExtBot[int]", name: str, front: Front, sender: Sender) -> None:
        self._bot, self._name, self._front, self._sender = bot, name, front, sender
        self._answers = Answers(front, sender, name)
        self._chat_admins = ChatAdmins(bot)
        self._inline = InlineAnswers(bot, front)
        self._reaction_votes = ReactionVotes(front.store, ORIGIN)

    async def handle(self, update: Update, handled: Handled) -> None:
        """Carry out what an update asks for, and answer it."""
        if update.callback_query is not None:
            await self._press(update.callback_query, handled)
        elif update.message is not None:
            await self._message(update.message, handled)
        elif update.inline_query is not None:
            await self._inline.answer(update.inline_query)
        elif update.message_reaction is not None:
            await self._reaction(update.message_reaction)
        elif (changed := update.chat_member or update.my_chat_member) is not None:
            self._chat_admins.forget(changed.chat.id)
            if changed is update.my_chat_member:
                await self._welcome(changed)

    async def _welcome(self, changed: ChatMemberUpdated) -> None:
        """Say how to begin in a group that the bot was added to."""
        away, there = ("left", "kicked"), ("member", "administrator")
        is_new = changed.old_chat_member.status in away and changed.new_chat_member.status in there
        if not is_new or changed.chat.type not in ("group", "supergroup"):
            return
        locale = changed.from_user.language_code or "en"
        reply = await self._front.dispatcher.welcome(person_id(changed.chat.id), locale)
        if reply is not None:
            await self._answers.send(Spot(changed.chat.id), reply)

    # --- messages -----------------------------------------------------------------------------

    async def _message(self, message: Message, handled: Handled) -> None:
        if message.migrate_to_chat_id is not None:
            await self._migrate(message.chat.id, message.migrate_to_chat_id)
            return
        line = read_line(message, self._name)
        if line is None or (person := author_of(message, await self._rank(message))) is None:
            return
        if (sender := message.sender_chat) is not None:
            if not await self._chat_admins.speaks_for(sender.id, message.chat.id):
                # Whoever has three channels would be four people, past every limit and block.
                text = self._front.words.say(person.locale, "telegram-as-channel")
                await self._answers.deliver(spot_of(message), Reply(text=text))
                return
            person = replace(person, id=person_id(message.chat.id))
        line = await self._with_answered(message, line)
        guide = guidance(self._front.words, self._name, message, line, person.locale)
        replies = guide or await self._answer(message, line, person)
        handled.taken.set()
        await asyncio.gather(*(self._reply(message, line, person, each) for each in replies))
        if line.question is not None and any(each.job for each in replies):
            await self._sender.delete(MessageRef(message.chat.id, line.question, is_photo=False))

    async def _with_answered(self, message: Message, line: Line) -> Line:
        """Take the painting that a message replies to for the one that its command lacks.

        In private, a plain reply to a painting is another prompt for it.
        """
        is_plain = line.command == "paint" and line.words == message.text
        answered = message.reply_to_message
        if answered is None or line.edits or not (is_plain or lacks_artwork(line)):
            return line
        name = f"{message.chat.id}:{answered.message_id}"
        shown = await self._front.store.posts.find(ORIGIN, name)
        if shown is None:
            return line
        if is_plain:
            return replace(line, edits=shown.artwork)
        return replace(line, words=f"{line.words} --artwork {shown.artwork}")

    async def _reply(self, message: Message, line: Line, person: Person, reply: Reply) -> None:
        """Answer where it was asked, or in private what is for one person alone."""
        spot = spot_of(message)
        hidden = message.sender_chat is not None or message.from_user is None
        if not _is_for_one(reply, message.chat) or (hidden and line.command not in _SECRET):
            await self._answers.deliver(spot, reply)
            return
        say, told = self._front.words.say, False
        if message.from_user is not None and not hidden:
            told = await self._answers.send(Spot(message.from_user.id), reply) is not None
        text = (
            say(person.locale, "telegram-told")
            if told
            else self._answers.write_first(person.locale)
        )
        await self._answers.deliver(spot, Reply(text=text))

    async def _answer(self, message: Message, line: Line, person: Person) -> list[Reply]:
        """Ask the dispatcher; what cannot even be read is answered here."""
        try:
            command, arguments = _read(line)
            picture = None if line.edits else await self._picture(message, command)
        except AskerError as error:
            return [self._front.dispatcher.mistake(error, person.locale)]
        except TelegramError as error:
            _log.warning("a picture was not fetched", reason=error.message)
            text = self._front.words.say(person.locale, "telegram-picture-away")
            return [Reply(text=text, is_private=True)]
        if line.command == "vote" and message.from_user is not None:
            person = await self._voter(person, message.from_user.id, arguments.get("artwork", ""))
        request = CommandRequest(
            line.command,
            arguments,
            person,
            place_of(message),
            key=f"{ORIGIN}:{message.chat.id}:{message.message_id}",
            reply_to=spot_of(message).to_json(),
            picture=picture,
            edits=line.edits,
        )
        return await self._front.dispatcher.answer(request)

    async def _picture(self, message: Message, command: Command | None) -> bytes | None:
        """Fetch the picture that belongs to a command, if it takes one."""
        takes = command is not None and any(p.kind is Kind.PICTURE for p in command.parameters)
        picture = picture_of(message) if takes else None
        return None if picture is None else await fetch_picture(picture)

    async def _rank(self, message: Message) -> Rank:
        if message.chat.type == "private" or message.from_user is None:
            return Rank.MEMBER
        return await self._chat_admins.of(message.from_user.id, message.chat.id)

    async def _voter(self, person: Person, user: int, subject: str) -> Person:
        """Who votes for a painting: the group that asked for it, where they are an admin of that.

        Its anonymous admins ask in its name, and press buttons as themselves.
        """
        try:
            artwork = await self._front.store.gallery.get(subject.partition("-")[0])
        except WorldError:
            return person  # the dispatcher says so
        asked = chat_number(artwork.person) if artwork is not None else None
        if artwork is None or asked is None:
            return person
        leads = await self._chat_admins.of(user, asked) is Rank.ADMIN
        # their own name would tell who of the admins it is
        return replace(person, id=artwork.person, name="") if leads else person

    async def _migrate(self, old: int, new: int) -> None:
        """A group became a supergroup: its settings and rounds go with it."""
        self._sender.on_chat_migrated(old, new)
        store = self._front.store
        try:
            settings = await store.places.settings(person_id(old))
            values = {name: getattr(settings, name) for name in type(settings).__slots__}
            values.pop("place")
            await store.places.change(person_id(new), values, by=person_id(new))
            await store.rounds.move(person_id(old), person_id(new))
        except WorldError as error:
            _log.warning("settings of a group that moved are not taken along", reason=str(error))

    async def _reaction(self, changed: MessageReactionUpdated) -> None:
        """Count a reaction, unless it was made in the name of a chat."""
        if changed.user is None:
            return
        moment = self._reaction_votes.moment()  # before anything waits, which others overtake
        old, new = (
            [each.emoji for each in some if isinstance(each, ReactionTypeEmoji)]
            for some in (changed.old_reaction, changed.new_reaction)
        )
        name = f"{changed.chat.id}:{changed.message_id}"
        person = Person(person_id(changed.user.id), changed.user.full_name)
        shown = await self._front.store.posts.find(ORIGIN, name)
        if shown is not None:
            person = await self._voter(person, changed.user.id, shown.artwork)
        voter = Voter(person.id, changed.user.is_bot, name=person.name)
        await self._reaction_votes.on_reactions_replaced(name, voter, old, new, at=moment)

    # --- buttons ------------------------------------------------------------------------------

    async def _press(self, query: CallbackQuery, handled: Handled) -> None:
        """Carry out what a button stands for; the button never turns for long."""
        message = query.message
        if message is None:  # below a message that was sent elsewhere by inline mode
            await self._stop_turning(query)
            return
        work = asyncio.create_task(self._handle_press(query, message))
        is_vote = (query.data or "").startswith(f"{Action.VOTE}:")
        await asyncio.wait([work], timeout=_SECONDS_TO_VOTE if is_vote else _SECONDS_TO_ALERT)
        is_late = not work.done()
        if is_late:
            await self._stop_turning(query)
        replies = await work
        handled.taken.set()
        alerts = {words: reply for reply in replies if (words := _alert(reply))}
        is_passing = all(reply.is_passing for reply in alerts.values())
        words = "\n".join(alerts)
        if not is_late and await self._stop_turning(query, words, is_passing=is_passing):
            replies = [reply for reply in replies if reply not in alerts.values()]
        # What passes by itself is not worth a message that all read.
        lasting = [each for each in replies if not each.is_passing]
        await asyncio.gather(*(self._show_pressed(query, message, each) for each in lasting))

    async def _handle_press(
        self, query: CallbackQuery, message: MaybeInaccessibleMessage
    ) -> list[Reply]:
        user, chat = query.from_user, message.chat
        locale = user.language_code or "en"
        is_forged = isinstance(message, Message) and not is_below(message, query.data)
        try:
            action, subject = parse_data("" if is_forged else query.data or "")
        except ParameterError:
            text = self._front.words.say(locale, "refusal-button")
            return [Reply(text=text, is_private=True)]
        is_private = chat.type == "private"
        rank = Rank.MEMBER if is_private else await self._chat_admins.of(user.id, chat.id)
        person = Person(person_id(user.id), user.full_name, rank, locale)
        if action is Action.VOTE:
            person = await self._voter(person, user.id, subject)
        press = ButtonPress(
            action,
            subject,
            person,
            Place(person_id(chat.id), is_private),
            key=f"{ORIGIN}:{query.id}",
            reply_to=_spot_below(message).to_json(),
        )
        return await self._front.dispatcher.press(press)

    async def _show_pressed(
        self, query: CallbackQuery, message: MaybeInaccessibleMessage, reply: Reply
    ) -> None:
        """Show a reply: in place of the message, in private, or below the message."""
        if reply.form is not None:
            say, user = self._front.words.say, query.from_user
            text = say(reply.locale, "telegram-edit-how")
            await self._sender.ask(_spot_below(message), reply.form, text, user)
            return
        if reply.replaces and isinstance(message, Message):
            has_media = bool(message.photo or message.document)
            here = MessageRef(message.chat.id, message.message_id, has_media)
            try:
                await self._answers.show(here, reply)
            except TelegramError as error:
                _log.info("a page was not turned", reason=error.message)
            else:
                return
        if _is_for_one(reply, message.chat):
            if await self._answers.send(Spot(query.from_user.id), reply) is not None:
                return
            reply = Reply(text=self._answers.write_first(query.from_user.language_code or "en"))
        await self._answers.deliver(_spot_below(message), reply)

    async def _stop_turning(
        self, query: CallbackQuery, alert: str = "", *, is_passing: bool = True
    ) -> bool:
        """Answer the callback query; False if that was too late.

        Args:
            is_passing: whether the alert goes by itself, or is there until it is closed.
        """
        show_alert = bool(alert) and not is_passing
        try:
            await self._bot.answer_callback_query(
                query.id, text=alert or None, show_alert=show_alert
            )
        except TelegramError as error:
            _log.info("a press was not answered in time", reason=error.message)
            return False
        return True


def _read(line: Line) -> tuple[Command | None, Mapping[str, Any]]:
    """Read a line's arguments; the dispatcher refuses an unknown command."""
    try:
        command = find_command(line.command)
    except ParameterError:
        return None, {}
    return command, parse_text(command, line.words)


def _spot_below(message: MaybeInaccessibleMessage) -> Spot:
    if isinstance(message, Message):
        return spot_of(message)
    return Spot(message.chat.id, message.message_id)


def _alert(reply: Reply) -> str:
    """A reply's words, if they fit into the little window that only the presser sees."""
    has_more = reply.pictures or reply.document or reply.buttons or reply.job or reply.replaces
    if not reply.is_private or has_more or reply.form:
        return ""
    words = plain("\n".join(part for part in (reply.title, reply.text) if part))
    lines = [words, *(f"{plain(name)}: {plain(value)}" for name, value in reply.fields)]
    whole = "\n".join(line for line in lines if line)
    return whole if units(whole) <= _LONGEST_ALERT else ""


def _is_for_one(reply: Reply, chat: Chat) -> bool:
    """Whether a reply goes to its asker's private chat.

    A reply without a title only comments on the request; it is shown where that was made, since
    the asker may have no private chat with the bot.
    """
    return reply.is_private and bool(reply.title) and chat.type != "private"
