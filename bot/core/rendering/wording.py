"""Words that all messages of jobs share: buttons, waits, reasons, who asked, lengths, times."""

from functools import cache

from bot.core.messages import Action, Button, File
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import reason_of
from bot.core.rendering.job_view import JobView
from ganshare.domain.jobs import Job
from ganshare.domain.visibility import Visibility
from ganshare.sentences import Sentence
from wordlists.chinese import chinese_names

__all__ = [
    "LONGEST_PROMPT",
    "Fields",
    "Wording",
    "accent",
    "asked_by",
    "duration",
    "kept_text",
    "picture_file",
    "shortened",
    "word_name",
]

# In UTF-16 units, as Telegram counts: with all that stands below it, a caption has 1,024 of them.
LONGEST_PROMPT = 500
LONGEST_TRAIT = 80

Fields = tuple[tuple[str, str], ...]


class Wording:
    """Writes the parts that messages of all kinds of jobs have."""

    def __init__(self, words: Catalogue) -> None:
        self.words = words

    def button(self, action: Action, subject: str, locale: str, name: str = "") -> Button:
        """Give a button with its label in a language."""
        label = self.words.say(locale, f"button-{name or action}")
        return Button(action, subject, label, _EMOJI.get(name or action, ""))

    def waiting(self, view: JobView, locale: str) -> str:
        """Say honestly when a queued job should begin."""
        eta = view.place.eta_seconds if view.place else None
        if not view.engines:
            return self.words.say(locale, "queued-no-engine")
        if eta is None:
            return self.words.say(locale, "queued-unknown")
        if eta < 1:
            return self.words.say(locale, "queued-soon")
        return self.words.say(locale, "queued-eta", duration=duration(self.words, locale, eta))

    def reason(self, job: Job, locale: str) -> str:
        """Why a job was given up; "" if that means nothing to its reader."""
        if not _is_sentence(error := job.error or ""):
            return ""
        return shortened(reason_of(self.words, locale, error), 300)

    def fields(self, locale: str, values: dict[str, str | None]) -> Fields:
        """Give those that have a value, with their names in a language."""
        return tuple(
            (self.words.say(locale, f"field-{name}"), shortened(value, LONGEST_TRAIT))
            for name, value in values.items()
            if value
        )


_EMOJI = {
    "again": "🔁",
    "retry": "🔁",
    "vary": "🎨",
    "paint": "🖌️",
    "edit": "✏️",
    "master": "🖼️",
    "sell": "🏷️",
    "no-sale": "✖️",
    "delete": "🗑️",
    "delete-sure": "🗑️",
    "report": "🚩",
    "hide": "🙈",
    "keep": "✅",
    "review": "⏭️",
    "cancel": "✖️",
    "queue": "⏳",
    "older": "➡️",
    "newest": "⏮️",
    "next": "👀",
    "enter": "🏛️",
    "forget": "🗑️",
}


def accent(colour: str | None) -> int | None:
    """Read "#rrggbb"; None if it isn't that."""
    try:
        return int(colour.removeprefix("#"), 16) if colour else None
    except ValueError:
        return None


def duration(words: Catalogue, locale: str, seconds: float) -> str:
    """Say a time as people do: "40 seconds", "3 minutes", "2 days"."""
    for unit, length in (("days", 86_400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * length:
            return words.say(locale, f"duration-{unit}", count=round(seconds / length))
    coarse = round(seconds / 5) * 5 if seconds > 10 else max(1, round(seconds))
    return words.say(locale, "duration-seconds", count=coarse)


def shortened(text: str, units: int = LONGEST_PROMPT) -> str:
    """Cut a text to some UTF-16 units, an ellipsis included."""
    if len(text.encode("utf-16-le")) <= 2 * units:
        return text
    cut = text.encode("utf-16-le")[: 2 * (units - 1)].decode("utf-16-le", errors="ignore")
    return cut.rstrip() + "…"


def _is_sentence(error: str) -> bool:
    """Whether it means something to its reader; older engines kept errors of their own, too."""
    return isinstance(error, Sentence) or error.rstrip().endswith((".", ")"))


def kept_text(job: Job, name: str) -> str:
    """A text that was kept with a job when it was queued."""
    kept = job.reply_to.get("desk")
    return str(kept.get(name) or "") if isinstance(kept, dict) else ""


def asked_by(job: Job) -> str:
    """The name of who asked; "" where that is clear, as in a private chat."""
    kept = job.reply_to.get("desk")
    is_alone = isinstance(kept, dict) and bool(kept.get("private"))
    return "" if is_alone or job.visibility is Visibility.ONLY_ME else kept_text(job, "name")


def picture_file(data: bytes, name: str, description: str) -> File:
    """Give a picture with its name and description."""
    if data.startswith(b"\x89PNG"):
        return File(data, f"{name}.png", "image/png", description)
    return File(data, f"{name}.jpg", "image/jpeg", description)


def word_name(value: str, locale: str) -> str:
    """A style, subject or colour of the word lists in a language; other words as they are."""
    if not locale.startswith("zh"):
        return value
    return _chinese().get(value.casefold(), value)


@cache
def _chinese() -> dict[str, str]:
    return {each.name.casefold(): each.chinese[0] for each in chinese_names()}
