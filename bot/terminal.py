"""The terminal frontend: reads lines, dispatches them, prints the replies, saves the paintings."""

import asyncio
import contextlib
import secrets
import signal
import unicodedata
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.app import Front
from bot.core.commands.definitions import find_command, parse_text
from bot.core.messages import Button, ButtonPress, CommandRequest, Person, Place, Reply
from bot.keyboard import open_keyboard
from ganshare.domain.jobs import Job
from ganshare.errors import AskerError
from ganshare.processes.child_engine import child_engine

__all__ = ["Terminal"]

PLACE = Place("terminal", is_private=True)
ADDRESS = {"terminal": True}
PACE = 0.5  # seconds; nobody limits us here


class Terminal:
    """One person at one terminal.

    Args:
        folder: for paintings and frames.
        person: who types.
    """

    origin = "terminal"

    def __init__(self, front: Front, console: Console, folder: Path, person: Person) -> None:
        self._front, self._console, self._folder, self._person = front, console, folder, person
        self._over: dict[str, asyncio.Event] = {}  # of the jobs that are watched
        self._buttons: list[Button] = []
        self._edits = ""  # the painting that the next prompt is for
        self._title = ""
        self._interrupted = asyncio.Event()

    async def run(self, *, starts_engine: bool = True) -> None:
        """Answer lines until there are no more, /quit, or Ctrl-C while nothing is watched."""
        self._say("terminal-welcome")
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupted.set)
        delivery = asyncio.create_task(self._front.delivery(self, pace=PACE).run())
        try:
            async with self._engine(starts=starts_engine):
                await self._converse()
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)
        self._say("terminal-bye")

    async def _converse(self) -> None:
        with open_keyboard() as keyboard:
            while True:
                reading = asyncio.ensure_future(keyboard.line())
                await self._wait_unless_interrupted(reading)
                line = reading.result() if reading.done() else None
                reading.cancel()
                if line is None or line.strip() in ("/quit", "/exit"):
                    return
                if line.strip():
                    await self._answer(line.strip())

    async def _answer(self, line: str) -> None:
        """Answer a line, and watch the paintings that come of it."""
        key = f"terminal:{secrets.token_hex(8)}"
        replies = await (self._press(int(line), key) if line.isdecimal() else self._ask(line, key))
        for reply in replies:
            if reply.job is not None:
                self._over[reply.job] = asyncio.Event()
                await self._front.dispatcher.save_message(reply.job, self.origin, ADDRESS)
            self._print(reply)
        if self._over:
            waits = [asyncio.ensure_future(over.wait()) for over in self._over.values()]
            await self._wait_unless_interrupted(*waits)
            for each in waits:
                each.cancel()
            self._over.clear()

    async def _wait_unless_interrupted(self, *tasks: asyncio.Future[Any]) -> None:
        """Wait for all of these, or for Ctrl-C."""
        self._interrupted.clear()
        ctrl_c = asyncio.ensure_future(self._interrupted.wait())
        left: set[asyncio.Future[Any]] = set(tasks)
        while left and not ctrl_c.done():
            _, left = await asyncio.wait({ctrl_c, *left}, return_when=asyncio.FIRST_COMPLETED)
            left.discard(ctrl_c)
        ctrl_c.cancel()

    async def _ask(self, line: str, key: str) -> list[Reply]:
        """A line that begins with no slash is a prompt."""
        name, _, rest = line.removeprefix("/").partition(" ")
        if not line.startswith("/"):
            name, rest = "paint", line
        try:
            arguments = parse_text(find_command(name), rest)
        except AskerError as error:
            return [self._front.dispatcher.mistake(error, self._person.locale)]
        edits, self._edits = "" if line.startswith("/") else self._edits, ""
        return await self._front.dispatcher.answer(
            CommandRequest(name, arguments, self._person, PLACE, key, edits=edits)
        )

    async def _press(self, number: int, key: str) -> list[Reply]:
        """A number presses the button that was printed with it."""
        if not 1 <= number <= len(self._buttons):
            return []
        button = self._buttons[number - 1]
        press = ButtonPress(button.action, button.subject, self._person, PLACE, key)
        replies = await self._front.dispatcher.press(press)
        self._edits = next((each.form.subject for each in replies if each.form), "")
        return replies

    # --- the messenger ------------------------------------------------------------------------

    async def show(
        self, job: Job, address: Mapping[str, Any] | None, reply: Reply
    ) -> Mapping[str, Any]:
        """Print what is new; a terminal's lines cannot be edited."""
        if job.state.over:
            self._print(reply)
            if (over := self._over.get(job.id)) is not None:
                over.set()
        elif reply.pictures:
            path = self._save(reply, f"{job.id}-{job.step:04}")
            self._say("terminal-frame", step=job.step, path=str(path))
        elif reply.title != self._title:
            self._title = reply.title
            self._console.print(Text(reply.title, style="dim"))
        return address or ADDRESS

    async def ping(
        self, job: Job, address: Mapping[str, Any], person: str, name: str, text: str
    ) -> None:
        """Nothing: whoever is here sees it."""

    async def tell(self, person: str, reply: Reply) -> Mapping[str, Any]:
        """Print it; there is nobody else here."""
        self._print(reply)
        return ADDRESS

    # --- printing -----------------------------------------------------------------------------

    def _say(self, message: str, **values: str | int) -> None:
        said = self._front.words.say(self._person.locale, message, **values)
        self._console.print(Text(said, style="dim"))

    def _print(self, reply: Reply) -> None:
        """Print a reply; texts are never read as markup, nor as control characters."""
        table = Table.grid(padding=(0, 2))
        for name, value in reply.fields:
            table.add_row(Text(_plain(name), style="dim"), Text(_plain(value)))
        colour = f"#{reply.colour:06x}" if reply.colour is not None else "default"
        parts: list[Any] = [Text(_plain(reply.text))] if reply.text else []
        if reply.form:
            parts.append(Text(_plain(reply.form.text)))
        if reply.fields:
            parts.append(table)
        title = Text(_plain(reply.title), style="bold") if reply.title else None
        body = Table.grid()
        for part in parts:
            body.add_row(part)
        self._console.print(Panel(body, title=title, title_align="left", border_style=colour))
        for file in (*reply.pictures, *([reply.document] if reply.document else [])):
            path = self._write(file.name, file.data)
            self._say("terminal-saved", path=str(path))
        self._offer(reply)

    def _offer(self, reply: Reply) -> None:
        buttons = [each for row in reply.buttons for each in row]
        if not buttons:
            return
        self._buttons = buttons
        listed = "   ".join(
            f"{number} {each.emoji} {each.label} {_plain(each.url)}".rstrip()
            for number, each in enumerate(buttons, 1)
        )
        self._console.print(Text(listed, style="cyan"))

    def _save(self, reply: Reply, name: str) -> Path:
        picture = reply.pictures[0]
        suffix = picture.name.rpartition(".")[2]
        return self._write(f"{name}.{suffix}", picture.data, "frames")

    def _write(self, name: str, data: bytes, below: str = "") -> Path:
        path = self._folder / below / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    @contextlib.asynccontextmanager
    async def _engine(self, *, starts: bool) -> AsyncIterator[None]:
        """An engine of our own while we are here, if nobody else runs one."""
        if not starts or await self._front.store.queue.engines():
            yield
            return
        self._say("terminal-engine")
        self._folder.mkdir(parents=True, exist_ok=True)

        def on_death(words: str) -> None:
            self._say("terminal-engine-failed", reason=_plain(words))
            self._interrupted.set()

        async with child_engine(self._folder / "engine.log", on_death=on_death):
            yield


def _plain(text: str) -> str:
    """Leave out what would steer the terminal, or turn its lines around."""
    return "".join(each for each in text if each == "\n" or unicodedata.category(each)[0] != "C")
