"""Reasons that were stored before they had a code, recognised by how their English reads.

Databases keep such rows for as long as they keep the job or painting. Nothing that is written now
is read like this; the list never grows.
"""

import re

from ganshare.sentences import Sentence

__all__ = ["recognise"]

# What it begins like, and its code now; groups are its values.
_SENTENCES = (
    (r"The picture to begin from is not accepted: (?P<reason>.*); please", "picture-unsafe"),
    (r"(?:The image )?the init image (?:is|has)", "picture-broken"),
    (r"The engine has too little memory", "engine-memory"),
    (
        r"The engine (?P<engine>.*) fell silent at step (?P<step>\d+) of attempt (?P<attempt>\d+)",
        "engine-silent",
    ),
    (r"Something went wrong inside GANshare, sorry \(id (?P<id>\w+)\)", "internal"),
    (r"it looks like (?P<label>\w+) \((?P<score>[\d.]+)\)", "unsafe-label"),
    (r"it could not be checked", "unsafe-unchecked"),
    (r"it was reported", "unsafe-reported"),
)


def recognise(text: str) -> Sentence | None:
    """Tell what an old sentence says; None if that is not known."""
    for pattern, code in _SENTENCES:
        if found := re.match(pattern, text):
            values = {name: recognise(value) or value for name, value in found.groupdict().items()}
            return Sentence(text, code, values)
    return None
