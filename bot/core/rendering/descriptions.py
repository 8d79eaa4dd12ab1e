"""A job that describes a picture becomes what people see of it."""

from bot.core.messages import Action, Reply
from bot.core.rendering.job_view import JobView
from bot.core.rendering.wording import Wording, accent, asked_by, picture_file, word_name
from ganshare.domain.descriptions import Description
from ganshare.domain.jobs import Job, JobState
from ganshare.prompts import attributes_of, parse_prompts

__all__ = ["DescriptionReplies"]


class DescriptionReplies(Wording):
    """Writes replies about descriptions."""

    def of(self, view: JobView, locale: str) -> Reply:
        """Give the message of such a job as it stands."""
        say, job = self.words.say, view.job
        match job.state:
            case JobState.QUEUED:
                place = view.place
                position, of = (place.position, place.of) if place else (1, 1)
                title = say(locale, "queued-title", position=position, of=of)
                text = f"{say(locale, 'describe-asked')}\n\n{self.waiting(view, locale)}"
                return self._message(job, locale, title, text, Action.QUEUE, Action.CANCEL)
            case JobState.RUNNING:
                title, text = say(locale, "describe-running"), say(locale, "describe-asked")
                return self._message(job, locale, title, text, Action.CANCEL)
            case JobState.DONE if job.description is not None:
                return self._done(view, job.description, locale)
            case JobState.DONE:
                return Reply(text=say(locale, "refusal-describe-gone"), job=job.id)
            case JobState.CANCELLED:
                title, text = say(locale, "cancelled-title"), say(locale, "describe-asked")
            case JobState.DEAD:
                title = say(locale, "describe-failed")
                text = self.reason(job, locale) or say(locale, "describe-asked")
        retry = self.button(Action.AGAIN, job.id, locale, "retry")
        return Reply(title=title, text=text, buttons=((retry,),), job=job.id)

    def _message(self, job: Job, locale: str, title: str, text: str, *buttons: Action) -> Reply:
        return Reply(
            title=title,
            text=text,
            fields=self.fields(locale, {"by": asked_by(job)}),
            buttons=(tuple(self.button(each, job.id, locale) for each in buttons),),
            job=job.id,
        )

    def _done(self, view: JobView, found: Description, locale: str) -> Reply:
        say, job = self.words.say, view.job
        values = {
            "by": asked_by(job),
            "style": word_name(found.style, locale),
            "subject": word_name(found.subject, locale),
            "others": ", ".join(word_name(each, locale) for each in found.others),
            "colours": ", ".join(
                f"{word_name(name, locale)} {percent} %" for name, percent in found.colours
            ),
        }
        alt = say(locale, "describe-alt", subject=word_name(found.subject, locale))
        picture = view.picture and picture_file(view.picture, f"described-{job.id}", alt)
        return Reply(
            title=say(locale, "describe-title"),
            text=say(locale, "describe-text", prompt=found.prompt),
            fields=self.fields(locale, dict(values)),
            pictures=(picture,) if picture else (),
            buttons=(
                tuple(self.button(each, job.id, locale) for each in (Action.PAINT, Action.EDIT)),
            ),
            colour=accent(attributes_of(parse_prompts(found.prompt)).hex),
            job=job.id,
        )
