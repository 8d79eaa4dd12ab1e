"""A job becomes what people see of it, in their language, at every moment of its life."""

from bot.core.messages import Action, Button, File, Reply
from bot.core.rendering.descriptions import DescriptionReplies
from bot.core.rendering.errors import reason_of
from bot.core.rendering.job_view import JobView
from bot.core.rendering.sales import sale_line, sale_links
from bot.core.rendering.wording import (
    LONGEST_PROMPT,
    Fields,
    Wording,
    accent,
    asked_by,
    duration,
    kept_text,
    picture_file,
    shortened,
)
from ganshare.domain.jobs import Artwork, Job, JobState
from ganshare.domain.sales import Sale
from ganshare.domain.visibility import Visibility
from ganshare.prompts.attributes import Attributes

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

BAR = 12


class Replies(Wording):
    """Writes replies about jobs and artworks."""

    def of(self, view: JobView, locale: str) -> Reply:
        """Give the message of a job as it stands.

        What is for its requester alone is not shown where others read along.
        """
        if is_masked(view.job):
            return self._masked(view, locale)
        return self.whole(view, locale)

    def whole(self, view: JobView, locale: str) -> Reply:
        """Give the same for its requester's eyes."""
        if view.job.request.describes:
            return DescriptionReplies(self.words).of(view, locale)
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
                if reason := self.reason(view.job, locale):
                    text = self.words.say(locale, "dead-text", reason=reason)
                return self._over(view, locale, "dead-title", text)

    def prompt(self, job: Job, locale: str) -> str:
        """What was asked for, how it was read, and what of it was left out."""
        lines = [shortened(job.request.prompt)]
        if job.request.reading is not None:
            lines = [self.read(job.request.prompt, job.request.reading, locale)]
        if kept_text(job, "tells_visibility"):
            chosen = str(job.visibility)
            lines.append(self.words.say(locale, "privacy-first", visibility=chosen))
        if unread := kept_text(job, "unread"):
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
        return self.fields(
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
        return self.fields(
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

    # --- the states of a job ------------------------------------------------------------------

    def _masked(self, view: JobView, locale: str) -> Reply:
        job = view.job
        whole = self.whole(view, locale)
        is_shown = view.artwork is not None and view.artwork.shown
        is_done = job.state is JobState.DONE and (is_shown or job.description is not None)
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
        picture = view.picture and picture_file(view.picture, f"{job.id}-{job.step}", alt)
        return Reply(
            title=title,
            text=f"{self.prompt(job, locale)}\n\n{line}",
            fields=self.details(job, view.attributes, locale),
            pictures=(picture,) if picture else (),
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
        return picture_file(picture, f"ganshare-{artwork.id}", alt)

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
        return self.fields(locale, {"sale": sale_line(self.words, locale, view.sale)})

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


VOTE_EMOJI = "❤️"


def progress_bar(step: int, steps: int) -> str:
    """Draw how far it is: "▰▰▰▱▱▱▱▱▱▱▱▱ 25 %"."""
    share = min(1.0, step / max(1, steps))
    full = int(share * BAR)
    return "▰" * full + "▱" * (BAR - full) + f" {int(share * 100)} %"


def is_masked(job: Job) -> bool:
    """Whether a job is for its requester alone, and its message stands where others read it."""
    kept = job.reply_to.get("desk")
    is_alone = isinstance(kept, dict) and bool(kept.get("private"))
    return job.visibility is Visibility.ONLY_ME and ":" in job.place and not is_alone


def _why(job: Job) -> list[str]:
    """Why its prompt was drawn, if the prompt source gives a reason."""
    why = kept_text(job, "why")
    return [shortened(why, 300)] if why else []
