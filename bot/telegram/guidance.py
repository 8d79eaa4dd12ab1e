"""Says how to begin where no command was meant, and where the help is, in a group."""

from telegram import Message

from bot.core.messages import Action, Button, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.telegram.parsing import BEGIN, HELP, Line

__all__ = ["guidance"]


def guidance(
    words: Catalogue, bot_name: str, message: Message, line: Line, locale: str
) -> list[Reply]:
    """One short message instead of the list of all commands; none where the line is a command."""
    begin = Reply(text=words.say(locale, "telegram-begin"))
    if line.command == BEGIN:
        return [begin]
    if line.command != HELP or line.words.strip() or message.chat.type == "private":
        return []
    url = f"https://t.me/{bot_name}?start=help"
    button = Button(Action.SHOW, "help", words.say(locale, "telegram-help"), url=url)
    return [Reply(text=begin.text, buttons=((button,),))]
