"""A job becomes what people see of it, in their language, at every moment of its life."""

from bot.core.messages import Action, Button, File, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import reason_of
from bot.core.rendering.job_view import JobView
from bot.core.rendering.sales import sale_line, sale_links
from ganshare.domain.jobs import Artwork, Job, JobState
from ganshare.domain.sales import Sale
from ganshare.domain.visibility import Visibility
from ganshare.prompts.attributes import Attributes
from ganshare.sentences import Sentence

__all__ = [
    "LONGEST_PROMPT",
    "VOTE_EMOJI",
    "Replies",
    "accent",
    "asked_by",
    "duration",
    "is_masked",
    "progress_bar",
    "shortened",
]

# In UTF-16 units, as Telegram counts: with all that stands below it, a caption has 1,024 of them.
LONGEST_PROMPT = 500
LONGEST_TRAIT = 80
BAR = 12

Fields = tuple[tuple[str, str], ...]


class Replies:
    """Writes replies about jobs and artworks."""

    def __init__(self, words: Catalogue) -> None:
        self.words = words

    def of(self, view: JobView, locale: str) -> Reply:
        """Give the message of a job as it stands.

        What is for its requester alone is not shown where others read along.
        """
        if is_masked(view.job):
            return self._masked(view, locale)
        return self.whole(view, locale)

    def whole(self, view: JobView, locale: str) -> Reply:
        """Give the same for its requester's eyes."""
        match view.job.state:
            case JobState.QUEUED:
                return self._queued(view, locale)
            case JobState.RUNNING:
                return self._running(view, locale)
            case JobState.DONE:
                return self._done(view, locale)
            case JobState.CANCELLED:
                return self._over(view, locale, "cancelled-title", "")
            case JobState.DEAD:
                text = self.words.say(locale, "dead-unknown")
                if _is_sentence(error := view.job.error or ""):
                    reason = shortened(reason_of(self.words, locale, error), 300)
                    text = self.words.say(locale, "dead-text", reason=reason)
                return self._over(view, locale, "dead-title", text)

    def prompt(self, job: Job, locale: str) -> str:
        """What was asked for, how it was read, and what of it was left out."""
        lines = [shortened(job.request.prompt)]
        if job.request.reading is not None:
            lines = [self.read(job.request.prompt, job.request.reading, locale)]
        if _kept(job, "tells_visibility"):
            chosen = str(job.visibility)
            lines.append(self.words.say(locale, "privacy-first", visibility=chosen))
        if unread := _kept(job, "unread"):
            lines.append(self.words.say(locale, "prompt-unread", words=shortened(unread, 100)))
        return "\n".join(lines)

    def read(self, prompt: str, reading: str, locale: str) -> str:
        """A prompt and its reading, together no longer than a prompt."""
        half = LONGEST_PROMPT // 2 - 20
        told = self.words.say(locale, "prompt-reading", reading=shortened(reading, half))
        return f"{shortened(prompt, half)}\n{told}"

    def details(self, job: Job, attributes: Attributes, locale: str) -> Fields:
        """Seed, steps, size, style, subject, colour and model, as far as there are any."""
        request = job.request
        return self._fields(
            locale,
            {
                "by": asked_by(job),
                "seed": str(request.seed),
                "steps": str(request.steps),
                "size": f"{request.width}x{request.height}",
                "style": attributes.style,
                "subject": attributes.subject,
                "colour": attributes.colour,
                "model": request.model,
            },
        )

    def artwork_details(self, artwork: Artwork, job: Job | None, locale: str) -> Fields:
        """The same of a finished painting, and its id."""
        traits = artwork.attributes
        size, steps = f"{artwork.width}x{artwork.height}", None
        if job is not None:
            canvas, steps = f"{job.request.width}x{job.request.height}", str(job.request.steps)
            if artwork.manifest.get("plateau_step") is not None:
                taken = artwork.manifest.get("steps_taken")
                steps = self.words.say(locale, "steps-plateau", taken=str(taken), asked=steps)
            if canvas != size:
                size = self.words.say(locale, "size-upscaled", canvas=canvas, picture=size)
        return self._fields(
            locale,
            {
                "by": None if job is None else asked_by(job),
                "seed": str(artwork.seed),
                "steps": steps,
                "size": size,
                "style": traits.get("Style"),
                "subject": traits.get("Subject"),
                "colour": traits.get("Colour"),
                "model": artwork.model,
                "id": artwork.id,
            },
        )

    def button(self, action: Action, subject: str, locale: str, name: str = "") -> Button:
        """Give a button with its label in a language."""
        label = self.words.say(locale, f"button-{name or action}")
        return Button(action, subject, label, _EMOJI.get(name or action, ""))

    # --- the states of a job ------------------------------------------------------------------

    def _masked(self, view: JobView, locale: str) -> Reply:
        job = view.job
        whole = self.whole(view, locale)
        is_done = job.state is JobState.DONE and view.artwork is not None and view.artwork.shown
        own = (Action.QUEUE, Action.CANCEL)
        buttons = (tuple(each for row in whole.buttons for each in row if each.action in own),)
        return Reply(
            title=whole.title,
            text=self.words.say(locale, "masked-done" if is_done else "masked-text"),
            buttons=buttons if buttons[0] else (),
            job=job.id,
        )

    def _queued(self, view: JobView, locale: str) -> Reply:
        job, say = view.job, self.words.say
        lines = [self.prompt(job, locale), self.waiting(view, locale)]
        if job.attempt:
            lines.append(say(locale, "queued-again"))
        lines += _why(job)
        place = view.place
        position, of = (place.position, place.of) if place else (1, 1)
        buttons = (
            self.button(Action.QUEUE, job.id, locale),
            self.button(Action.CANCEL, job.id, locale),
        )
        return Reply(
            title=say(locale, "queued-title", position=position, of=of),
            text="\n\n".join(lines),
            fields=self.details(job, view.attributes, locale),
            buttons=(buttons,),
            colour=accent(view.attributes.hex),
            job=job.id,
        )

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

    def _running(self, view: JobView, locale: str) -> Reply:
        job, say = view.job, self.words.say
        values = {"step": job.step, "steps": job.steps}
        if not job.step:
            title = say(locale, "running-begins")
        elif job.step >= job.steps:
            title = say(locale, "running-upscaling")
        else:
            title = say(locale, "running-title", **values)
        line = progress_bar(job.step, job.steps)
        if job.cancel_requested:
            line += "  " + say(locale, "running-cancelling")
        elif view.seconds_left and job.step < job.steps:
            left = duration(self.words, locale, view.seconds_left)
            line += "  " + say(locale, "running-left", duration=left)
        if job.steps < job.request.steps:
            line += "\n" + say(locale, "running-plateau", steps=job.steps, asked=job.request.steps)
        alt = say(locale, "frame-alt", prompt=shortened(job.request.prompt, 200), **values)
        pictures = (_picture(view.picture, f"{job.id}-{job.step}", alt),) if view.picture else ()
        return Reply(
            title=title,
            text=f"{self.prompt(job, locale)}\n\n{line}",
            fields=self.details(job, view.attributes, locale),
            pictures=pictures,
            buttons=((self.button(Action.CANCEL, job.id, locale),),),
            colour=accent(view.attributes.hex),
            job=job.id,
        )

    def _done(self, view: JobView, locale: str) -> Reply:
        job, artwork, say = view.job, view.artwork, self.words.say
        if artwork is None or view.is_deleted:
            text = say(locale, "deleted-text")
            return Reply(title=say(locale, "deleted-title"), text=text, job=job.id)
        if artwork.hidden is not None:
            reason = reason_of(self.words, locale, artwork.hidden)
            text = say(locale, "hidden-text", reason=shortened(reason, 200))
            return self._over(view, locale, "hidden-title", text)
        lines = [self.prompt(job, locale), *_why(job)]
        if view.picture is None:
            lines.append(say(locale, "picture-missing"))
        pictures = (self.picture_of(artwork, view.picture, locale),) if view.picture else ()
        return Reply(
            title=say(locale, "done-title"),
            text="\n\n".join(lines),
            fields=(*self.artwork_details(artwork, job, locale), *self._sale(view, locale)),
            pictures=pictures,
            buttons=self.painting_buttons(
                artwork.id, locale, view.votes, may_enter=view.may_enter, sale=view.sale
            ),
            colour=accent(artwork.attributes.get("Hex")),
            job=job.id,
        )

    def picture_of(self, artwork: Artwork, picture: bytes, locale: str) -> File:
        """Give a painting's picture with its name and description."""
        alt = self.words.say(locale, "done-alt", prompt=shortened(artwork.prompt, 200))
        return _picture(picture, f"ganshare-{artwork.id}", alt)

    def painting_buttons(
        self,
        artwork: str,
        locale: str,
        votes: int = 0,
        *,
        may_enter: bool = False,
        sale: Sale | None = None,
    ) -> tuple[tuple[Button, ...], ...]:
        """What can be done with a finished painting."""
        rows = (
            (Action.AGAIN, Action.VARY),
            (Action.EDIT, Action.MASTER),
            (Action.REPORT, Action.DELETE),
            (Action.ENTER,) if may_enter else (),
        )
        made = [tuple(self.button(each, artwork, locale) for each in row) for row in rows if row]
        links = sale_links(self.words, locale, sale)
        last = (links,) if links else ()
        return ((self.vote_button(artwork, locale, votes), *made[0]), *made[1:], *last)

    def vote_button(self, subject: str, locale: str, votes: int) -> Button:
        """The vote button, with how many voted."""
        label = self.words.say(locale, "button-vote", count=votes)
        return Button(Action.VOTE, subject, label, VOTE_EMOJI)

    def _sale(self, view: JobView, locale: str) -> Fields:
        if view.sale is None:
            return ()
        return self._fields(locale, {"sale": sale_line(self.words, locale, view.sale)})

    def _over(self, view: JobView, locale: str, title: str, text: str) -> Reply:
        job = view.job
        prompt = self.prompt(job, locale)
        return Reply(
            title=self.words.say(locale, title),
            text=f"{prompt}\n\n{text}" if text else prompt,
            fields=self.details(job, view.attributes, locale),
            buttons=(
                (
                    self.button(Action.AGAIN, job.id, locale, "retry"),
                    self.button(Action.EDIT, job.id, locale),
                ),
            ),
            job=job.id,
        )

    def _fields(self, locale: str, values: dict[str, str | None]) -> Fields:
        return tuple(
            (self.words.say(locale, f"field-{name}"), shortened(value, LONGEST_TRAIT))
            for name, value in values.items()
            if value
        )


VOTE_EMOJI = "❤️"
_EMOJI = {
    "again": "🔁",
    "retry": "🔁",
    "vary": "🎨",
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


def progress_bar(step: int, steps: int) -> str:
    """Draw how far it is: "▰▰▰▱▱▱▱▱▱▱▱▱ 25 %"."""
    share = min(1.0, step / max(1, steps))
    full = int(share * BAR)
    return "▰" * full + "▱" * (BAR - full) + f" {int(share * 100)} %"


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


def is_masked(job: Job) -> bool:
    """Whether a job is for its requester alone, and its message stands where others read it."""
    kept = job.reply_to.get("desk")
    is_alone = isinstance(kept, dict) and bool(kept.get("private"))
    return job.visibility is Visibility.ONLY_ME and ":" in job.place and not is_alone


def _why(job: Job) -> list[str]:
    """Why its prompt was drawn, if the prompt source gives a reason."""
    why = _kept(job, "why")
    return [shortened(why, 300)] if why else []


def _kept(job: Job, name: str) -> str:
    """A text that was kept with a job when it was queued."""
    kept = job.reply_to.get("desk")
    return str(kept.get(name) or "") if isinstance(kept, dict) else ""


def asked_by(job: Job) -> str:
    """The name of who asked; "" where that is clear, as in a private chat."""
    kept = job.reply_to.get("desk")
    is_alone = isinstance(kept, dict) and bool(kept.get("private"))
    return "" if is_alone or job.visibility is Visibility.ONLY_ME else _kept(job, "name")


def _picture(data: bytes, name: str, description: str) -> File:
    if data.startswith(b"\x89PNG"):
        return File(data, f"{name}.png", "image/png", description)
    return File(data, f"{name}.jpg", "image/jpeg", description)
