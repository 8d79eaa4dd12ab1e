"""Captions for perceptor training, worded as a prompt for the image would be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.imaging.colours import nearest_named_colour
from engine.perceptor.styles import STYLE_ADJECTIVES

# painters whose work shows a style that the data's labels don't name
PAINTERS = {
    "fauvist": ("Henri Matisse", "Andre Derain", "Raoul Dufy", "Albert Marquet", "Othon Friesz"),
    "cubist": (
        "Albert Gleizes",
        "Henri le Fauconnier",
        "Roger de la Fresnaye",
        "Robert Delaunay",
        "Amadeo de Souza Cardoso",
        "Lyubov Popova",
        "Aleksandra Ekster",
        "Charles Demuth",
        "Vilhelm Lundstrom",
        "Lajos Tihanyi",
        "Francis Picabia",
    ),
    "futurist": (
        "Umberto Boccioni",
        "Luigi Russolo",
        "Oleksandr Bogomazov",
        "Aristarkh Lentulov",
        "Jacoba van Heemskerck",
        "Edward Wadsworth",
    ),
    "surrealist": ("Paul Klee", "Wols", "Vajda Lajos", "Arshile Gorky"),
}


@dataclass(frozen=True)
class Described:
    """A picture and what is known of it; every field may be empty."""

    image: Image.Image
    subject: str = ""
    style: str = ""
    artist: str = ""
    medium: str = "painting"
    colour: str = ""


def styles_of(labels: str, artist: str) -> list[str]:
    """The adjectives of a row of the data, without repeats."""
    named = [STYLE_ADJECTIVES[label] for label in labels.split("|") if label in STYLE_ADJECTIVES]
    by_artist = [style for style, painters in PAINTERS.items() if artist in painters]
    return list(dict.fromkeys(by_artist + named))


def style_texts(adjective: str) -> list[str]:
    """Four ways to ask for a style, by its adjective and by the data's names for it."""
    named = [name for name, style in STYLE_ADJECTIVES.items() if style == adjective]
    nouns = [name.replace("_", " ").lower() for name in named] or [re.sub("ist$", "ism", adjective)]
    return [
        f"{with_article(adjective)} painting",
        f"{nouns[0]} painting",
        f"{nouns[-1]} painting",
        f"a painting in the style of {nouns[0]}",
    ]


def with_article(name: str) -> str:
    """ "car side" -> "a car side"."""
    return f"{'an' if name.startswith(tuple('aeiou')) else 'a'} {name}"


def cleaned_title(title: str) -> str:
    """A title without numbers, years and leftovers of file names."""
    return re.sub(r"\s+", " ", re.sub(r"\d+|\bdetail\b|\bs\b|[()]", " ", title)).strip()


def caption(described: Described, rng: np.random.Generator, *, name_colour: bool) -> str:
    """One sentence in the form of a prompt, leaving out a random part of what is known."""
    says_style = bool(described.style) and rng.random() < 0.6
    style = f"{described.style} " if says_style else ""
    medium = described.medium if says_style or rng.random() < 0.7 else ""
    subject = described.subject if rng.random() < 0.9 or not says_style else ""
    artist = f" by {described.artist}" if described.artist and rng.random() < 0.2 else ""
    colour = described.colour
    if not colour and name_colour:
        colour = nearest_named_colour(np.asarray(described.image), rng)
    clause = f" in {colour}" if colour and (name_colour or not subject) else ""
    if medium or style or not subject:
        noun = f"{style}{medium or 'painting'}"
        body = f"{with_article(noun)} of {subject}" if subject else with_article(noun)
    else:
        body = subject
    return f"{body}{artist}{clause}".strip()


def drawing_subject(parts: Sequence[str]) -> str:
    """Folder and file name of a drawing -> its subject, without the author's name behind it."""
    words = re.sub(r"[_\W\d]+", " ", parts[-1]).strip().lower().split()
    title = " ".join(words[:2])
    folder = re.sub(r"_", " ", parts[-2]) if len(parts) > 1 else ""
    return f"{title}, {folder}" if folder else title
