"""Alerts for moderators: reported paintings, refused and flagged prompts."""

from collections.abc import Sequence

from bot.core.messages import Action, Button, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.replies import shortened
from ganshare.domain.community import Alert
from ganshare.store import Store

__all__ = ["moderators_told"]

MOST = 5  # told in one message, so that each has its buttons
LABEL = 200  # UTF-16 units of a prompt
_REPORT = "report"


async def moderators_told(
    store: Store, words: Catalogue, locale: str, alerts: Sequence[Alert]
) -> Reply:
    """One message about all of these; who reported a painting several times counts once."""
    shown, fields = alerts[:MOST], []
    reported = [each.text for each in shown if each.kind == _REPORT]
    found = await store.gallery.several(reported)
    for number, each in enumerate(shown, 1):
        painting = found.get(each.text)
        said = each.text if painting is None else f"{painting.prompt}\n{painting.id}"
        title = words.say(locale, f"alert-{each.kind}", number=number, rules=each.rules)
        where = words.say(locale, "alert-where", person=each.person, place=each.about)
        fields.append((title, f"{shortened(said, LABEL)}\n{where}"))
    rows = tuple(
        tuple(
            Button(action, each.text, str(number), emoji)
            for number, each in enumerate(shown, 1)
            if each.kind == _REPORT and each.text in found
        )
        for action, emoji in ((Action.SHOW, "🔍"), (Action.HIDE, "🙈"))
    )
    more = len(alerts) - len(shown)
    return Reply(
        title=words.say(locale, "alert-title"),
        text=words.say(locale, "alert-how", more=more),
        fields=tuple(fields),
        buttons=tuple(row for row in rows if row),
    )
