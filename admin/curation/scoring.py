"""Scores new paintings with the critics and writes the scores to the store.

Embeddings are computed by an engine process; the score is the product of each with a phrase's
embedding or with the trained head.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from admin.curation.critic import Head, Report
from admin.curation.embeddings import Embeddings, Floats, embed
from ganshare.domain.critics import PHRASE, VOTES, Critic
from ganshare.domain.jobs import Artwork
from ganshare.errors import ParameterError
from ganshare.store import Store

__all__ = ["Scored", "load_head", "save_head", "score_new"]

AT_ONCE = 200  # paintings that one process of the engine looks at


@dataclass(frozen=True)
class Scored:
    """What one round of looking came to.

    Args:
        paintings: that were scored; `unreadable` ones no longer have a picture.
        entered: that waited for the critic and are in their rounds now.
        chooser: which critic chose those.
    """

    paintings: int
    unreadable: int
    entered: int
    chooser: str


def save_head(file: Path, head: Head, perceptor: str, made: float, told: Report) -> None:
    """Keep a trained head with what it is worth on paintings that it never saw."""
    worth: dict[str, Any] = {"paintings": told.paintings}
    if told.head is not None:
        worth |= {"lift": told.head.lift, "low": told.head.low, "high": told.head.high}
    file.parent.mkdir(parents=True, exist_ok=True)
    said = json.dumps({"perceptor": perceptor, "made": made, "report": worth})
    np.savez(file, weights=head.weights, said=np.array(said))


def load_head(file: Path) -> tuple[Critic, Floats] | None:
    """Read a trained head; None if there is none.

    Raises:
        ParameterError: the file is damaged, or was written by an older version.
    """
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as kept:
            said = json.loads(str(kept["said"]))
            critic = Critic(VOTES, "", said["perceptor"], float(said["made"]), said["report"])
            return critic, np.asarray(kept["weights"], dtype=np.float64)
    except (OSError, ValueError, KeyError) as error:
        message = f"{file} holds no critic; train one with `ganshare admin critic train`."
        raise ParameterError(message, given=str(file)) from error


async def score_new(store: Store, phrase: str, head: tuple[Critic, Floats] | None) -> Scored:
    """Score what is new, and let in what waits for it.

    A head counts only beside the embeddings of its own perceptor. It chooses where it is known to
    help, otherwise the phrase does.
    """
    seen, unreadable = 0, set[str]()
    directions = await _directions(store, phrase, head)
    while new := await _find_unscored(store, directions, unreadable):
        found = await asyncio.to_thread(embed, {each.id: each.preview for each in new}, [])
        unreadable |= {each.id for each in new} - found.pictures.keys()
        await _score(store, directions, found)
        seen += len(found.pictures)
    helps = any(critic.helps for critic, _ in directions if critic.name == VOTES)
    chooser = VOTES if helps else PHRASE
    entered = await store.rounds.critics.enter_chosen(chooser)
    return Scored(seen, len(unreadable), len(entered), chooser)


Directions = Sequence[tuple[Critic, Floats]]


async def _directions(store: Store, phrase: str, head: tuple[Critic, Floats] | None) -> Directions:
    """Each critic with the direction in which its liking grows; both are noted in the store."""
    asked = await asyncio.to_thread(embed, {}, [phrase])
    found = [(Critic(PHRASE, phrase, asked.perceptor), asked.texts[phrase])]
    if head is not None and head[0].perceptor == asked.perceptor:
        found.append(head)
    for critic, _ in found:
        await store.rounds.critics.keep(critic)
    return found


async def _find_unscored(store: Store, directions: Directions, but: set[str]) -> list[Artwork]:
    for critic, _ in directions:
        found = await store.rounds.critics.unscored(critic.name, AT_ONCE + len(but))
        if new := [each for each in found if each.id not in but][:AT_ONCE]:
            return new
    return []


async def _score(store: Store, directions: Directions, found: Embeddings) -> None:
    for critic, direction in directions:
        scores: Mapping[str, float] = {
            name: float(row @ direction) for name, row in found.pictures.items()
        }
        await store.rounds.critics.keep_scores(critic.name, scores)
