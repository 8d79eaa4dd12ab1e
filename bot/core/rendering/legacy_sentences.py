"""Sentences that other parts of GANshare write in English, told in the reader's language.

Engines and the store know no languages, and what they say may have waited in the database for long.
A sentence is known by how it reads; its values are taken out of it and put into the catalogue's.
"""

import re

from bot.core.rendering.catalogue import Catalogue

__all__ = ["reason_of", "translate"]

# What it begins like, and the message that says the same; groups are its values.
_SENTENCES = (
    # prompts
    (r"The prompt is empty", "refusal-prompt-empty"),
    (r"All weights of the prompt", "refusal-prompt-weights"),
    (r"The prompt contains the control character (?P<given>U\+\w+)", "refusal-prompt-control"),
    (r"Part (?P<number>\d+) of the prompt is empty", "refusal-prompt-part"),
    (r"The prompt has (?P<given>\d+) parts; at most (?P<allowed>\d+)", "refusal-prompt-parts"),
    (
        r"The weight (?P<given>.+) of part (?P<number>\d+) is out of range; allowed are numbers "
        r"from (?P<lowest>\S+) to (?P<highest>[^\s,]+)",
        "refusal-prompt-weight",
    ),
    (r"A weight such as (?P<given>.+) goes to a whole part", "refusal-prompt-group"),
    (r"The model (?P<given>.+) cannot be added to a prompt", "refusal-prompt-lora"),
    (r"The settings of another program cannot be read", "refusal-prompt-settings"),
    (
        r"There is no option (?P<given>'.+?'|\d+).*; allowed are (?P<allowed>.+), and ",
        "refusal-prompt-option",
    ),
    (r"The option --(?P<option>\w+) is given twice", "refusal-prompt-twice"),
    (r"The option --(?P<option>\w+) needs a value after it", "refusal-prompt-no-value"),
    (
        r"The option --(?P<option>\w+) needs a whole number from (?P<lowest>\d+) to "
        r"(?P<highest>\d+), not (?P<given>.+);",
        "refusal-prompt-number",
    ),
    (
        r"The option --ar needs width:height from (?P<lowest>\S+) to (?P<highest>\S+), such as "
        r"16:9, not (?P<given>.+);",
        "refusal-prompt-aspect",
    ),
    (
        r"The option --preset needs one of (?P<allowed>.+), not (?P<given>.+);",
        "refusal-prompt-preset",
    ),
    (
        r"Most of the prompt cannot be read: (?P<given>.+); English and Chinese can be read",
        "refusal-prompt-unread",
    ),
    (
        r"Most of the prompt cannot be read: (?P<given>.+); (?P<allowed>.+) can be read",
        "refusal-prompt-script",
    ),
    (
        r"The prompt reads as (?P<given>[\d,]+) characters in English; at most "
        r"(?P<allowed>[\d,]+) are allowed",
        "refusal-prompt-reading-long",
    ),
    # the queue
    (r"The queue is nearly full: (?P<given>\d+) jobs", "refusal-queue-near-full"),
    (
        r"No engine paints (?P<given>\S+) with (?P<model>.+) now; at most \d+ pixels are allowed, "
        r"such as (?P<side>\d+)",
        "refusal-engine-size",
    ),
    (r"There is no job (?P<given>.*)\.$", "refusal-no-job"),
    (r"There is no painting (?P<given>.*)\.$", "refusal-no-artwork"),
    (r"The job .* is not yours", "refusal-cancel-not-yours"),
    (r"The painting .* is not yours", "refusal-not-yours"),
    # accounts and settings
    (r"This code is unknown, was used already or is older", "refusal-code"),
    (r"(?P<one>\S+) and (?P<other>\S+) are one person already", "refusal-one-person"),
    (r"This sign-in link was used already or is older", "refusal-sign-in"),
    (
        r"The setting (?P<setting>\w+) cannot be (?P<given>.+); allowed is on or off",
        "refusal-setting-switch",
    ),
    (
        r"The setting (?P<setting>\w+) cannot be (?P<given>.+); allowed is a number from "
        r"(?P<lowest>\d+) to (?P<highest>\d+)",
        "refusal-setting-number",
    ),
    (
        r"The setting (?P<setting>\w+) cannot be (?P<given>.+); allowed is a multiple of "
        r"(?P<multiple>\d+) from (?P<lowest>\d+) to (?P<highest>\d+)",
        "refusal-setting-multiple",
    ),
    (
        r"The setting (?P<setting>\w+) cannot be (?P<given>.+); allowed is a \w+ such as "
        r"(?P<example>.+), or default",
        "refusal-setting-word",
    ),
    # votes and rounds
    (r"This painting is your own", "refusal-vote-own"),
    (r"This painting is not there", "refusal-vote-gone"),
    (r"This painting was deleted or is kept", "refusal-vote-gone"),
    (r"You are blocked here", "refusal-vote-blocked"),
    (r"Bots don't vote", "refusal-vote-bot"),
    (r"You may vote (?P<allowed>\d+) times a minute", "refusal-vote-fast"),
    (r"There is a round in .* already", "refusal-round-there"),
    (r"There is no round", "round-none"),
    (r"This round has ended", "refusal-round-ended"),
    (r"This painting is somebody else's", "refusal-enter-not-yours"),
    (r"You may enter (?P<allowed>\d+) paintings", "refusal-enter-many"),
    (r"A curator vetoed this painting: (?P<reason>.*)", "refusal-enter-vetoed"),
    (r"This painting is in another round", "refusal-enter-elsewhere"),
    (r"This painting has had its round", "refusal-enter-again"),
    (r"This round is full with its (?P<allowed>\d+)", "refusal-round-full"),
    (r"A veto needs a reason", "refusal-veto-reason"),
    (r"The painting .* has not won a round", "refusal-approve"),
    (r"The painting .* was in no round", "left-none"),
    (r"Nobody has decided about this painting", "refusal-decided-nothing"),
    (r"This painting is planned for minting", "refusal-decided-planned"),
    # what engines say of jobs that they gave up, and of pictures that nobody is to see
    (
        r"The picture to begin from is not accepted: (?P<reason>.*); please",
        "refusal-picture-unsafe",
    ),
    (r"(?:The image )?the init image (?:is|has)", "refusal-picture-broken"),
    (r"The engine has too little memory", "dead-memory"),
    (r"The engine .* fell silent at step (?P<step>\d+)", "dead-silent"),
    (r"Something went wrong inside GANshare, sorry \(id (?P<id>\w+)\)", "internal-error"),
    (r"it looks like nudity \((?P<score>[\d.]+)\)", "unsafe-nudity"),
    (r"it could not be checked", "unsafe-unchecked"),
    (r"it was reported", "unsafe-reported"),
)


def translate(words: Catalogue, locale: str, sentence: str) -> str | None:
    """Say the same in another language; None if it is not known what the sentence says."""
    for pattern, message in _SENTENCES:
        if found := re.match(pattern, sentence):
            values = dict(found.groupdict())
            if "reason" in values:
                values["reason"] = reason_of(words, locale, values["reason"])
            return words.say(locale, message, **values)
    return None


def reason_of(words: Catalogue, locale: str, reason: str) -> str:
    """Give a reason in the reader's language; as it stands if that is English, or it is unknown."""
    if words.language(locale) == "en":
        return reason
    return translate(words, locale, reason) or reason
