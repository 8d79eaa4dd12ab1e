"""Several paintings of one prompt in one message: a numbered sheet, and buttons to pick from.

Their jobs are queued one after the other; the last one's message shows them all.
"""

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bot.core.messages import Action, Button, File, Reply
from bot.core.rendering.job_view import JobView, load_job_view
from bot.core.rendering.replies import VOTE_EMOJI, Replies, is_masked, shortened
from ganshare.blobs import Blobs
from ganshare.domain.ai_mark import AI_XMP
from ganshare.domain.jobs import Job, JobState
from ganshare.store import Store

__all__ = ["ALL", "find_lead", "grid_key", "jobs_of_grid", "load_message_view", "message_of"]

ALL = "-all"  # ends the subject of a button that cancels all jobs of a grid
SIDE, GAP, BADGE = 1280, 8, 56  # pixels of the sheet, and of a number on it
_PAPER, _INK = (24, 24, 27), (250, 250, 250)


def grid_key(job: Job) -> tuple[str, int] | None:
    """The key that a grid's jobs have in common, and how many they are; None without a grid."""
    kept = job.reply_to.get("desk")
    grid: Mapping[str, Any] | None = kept.get("grid") if isinstance(kept, Mapping) else None
    return (str(grid["key"]), int(grid["of"])) if grid else None


async def find_lead(store: Store, job: Job) -> Job | None:
    """The job whose message shows this one: itself without a grid; None if it is not there yet."""
    if (grid := grid_key(job)) is None:
        return job
    key = f"{grid[0]}/{grid[1]}"
    return job if job.key == key else await store.queue.get_by_key(key)


async def jobs_of_grid(store: Store, lead: Job) -> list[Job]:
    """The jobs of the grid that a job leads, itself the last; that one alone without a grid."""
    grid = grid_key(lead)
    if grid is None or lead.key != f"{grid[0]}/{grid[1]}":
        return [lead]
    keys = [f"{grid[0]}/{number}" for number in range(1, grid[1])]
    others = [await store.queue.get_by_key(key) for key in keys]
    return [*(each for each in others if each is not None), lead]


async def load_message_view(store: Store, blobs: Blobs, job: Job) -> JobView:
    """Fetch what a job's message shows: the job, or all of its grid if it leads one."""
    jobs = await jobs_of_grid(store, job)
    cells = tuple(await asyncio.gather(*(load_job_view(store, blobs, each) for each in jobs)))
    view = cells[-1]
    if len(cells) == 1:
        return view
    pictures = [None if is_masked(each.job) else each.picture for each in cells]
    sheet = await asyncio.to_thread(_draw_sheet, pictures, job) if any(pictures) else None
    return replace(view, grid=cells, picture=sheet)


def message_of(replies: Replies, view: JobView, locale: str) -> Reply:
    """Give the message of a job, or of the grid that it leads."""
    if not view.grid:
        return replies.of(view, locale)
    say, job = replies.words.say, view.job
    done = [each for each in view.grid if _is_shown(each)]
    titles = [replies.of(each, locale).title for each in view.grid]
    if view.over:
        title = say(locale, "grid-title", count=len(done))
    else:
        title = say(locale, "grid-under-way", count=len(done), of=len(view.grid))
    lines = [
        f"{number} · {said} · {say(locale, 'field-seed')} {each.job.request.seed}"
        for number, (each, said) in enumerate(zip(view.grid, titles, strict=True), 1)
    ]
    alt = say(locale, "done-alt", prompt=shortened(job.request.prompt, 200))
    name = f"{job.id}-{sum(each.job.revision for each in view.grid)}.jpg"
    fields = replies.details(job, view.attributes, locale)
    seed = say(locale, "field-seed")
    return Reply(
        title=title,
        text="\n\n".join([replies.prompt(job, locale), "\n".join(lines)]),
        fields=tuple(each for each in fields if each[0] != seed),
        pictures=(File(view.picture, name, "image/jpeg", alt),) if view.picture else (),
        buttons=_buttons(replies, view, locale),
        job=job.id,
    )


def _is_shown(view: JobView) -> bool:
    is_done = view.job.state is JobState.DONE and view.artwork is not None and view.artwork.shown
    return is_done and not is_masked(view.job)


def _buttons(replies: Replies, view: JobView, locale: str) -> tuple[tuple[Button, ...], ...]:
    """A row to vote, one to show a painting by itself, one to vary; below all, to cancel."""
    finished = [
        (str(number), each.artwork.id)
        for number, each in enumerate(view.grid, 1)
        if _is_shown(each) and each.artwork is not None
    ]
    rows = [
        tuple(Button(action, artwork, number, emoji) for number, artwork in finished)
        for action, emoji in ((Action.VOTE, VOTE_EMOJI), (Action.PICK, "🔍"), (Action.VARY, "🎨"))
    ]
    if view.over:
        rows.append((replies.button(Action.EDIT, view.job.id, locale),))
    else:
        rows.append((replies.button(Action.CANCEL, view.job.id + ALL, locale),))
    return tuple(row for row in rows if row)


def _draw_sheet(pictures: Sequence[bytes | None], job: Job) -> bytes:
    """Lay the pictures out in rows of two, each with its number; one that lacks stays dark."""
    columns, rows = 2, (len(pictures) + 1) // 2
    ratio = job.request.height / job.request.width
    width = (SIDE - (columns + 1) * GAP) // columns
    width = min(width, int((SIDE - (rows + 1) * GAP) / rows / ratio))
    height = int(width * ratio)
    size = columns * (width + GAP) + GAP, rows * (height + GAP) + GAP
    sheet = Image.new("RGB", size, _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(BADGE * 2 // 3)
    for number, data in enumerate(pictures):
        row, column = divmod(number, columns)
        left, top = GAP + column * (width + GAP), GAP + row * (height + GAP)
        if data is not None:
            with Image.open(io.BytesIO(data)) as image:
                cell = ImageOps.fit(image.convert("RGB"), (width, height), Image.Resampling.LANCZOS)
            sheet.paste(cell, (left, top))
        draw.rounded_rectangle((left + 8, top + 8, left + 8 + BADGE, top + 8 + BADGE), 12, _PAPER)
        middle = (left + 8 + BADGE / 2, top + 8 + BADGE / 2)
        draw.text(middle, str(number + 1), _INK, font, anchor="mm")
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=90, xmp=AI_XMP.encode())
    return written.getvalue()
