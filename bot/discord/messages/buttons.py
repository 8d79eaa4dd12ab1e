"""Buttons that survive restarts: their whole state is in the custom_id."""

import re
from collections.abc import Sequence
from typing import Any, Protocol, cast

import discord

from bot.core.messages import Action, Button
from bot.discord.messages.markdown import literal

__all__ = ["Presses", "ReplyButton", "is_below", "rows_of"]

LONGEST_LABEL = 80
MOST_ROWS, MOST_IN_A_ROW = 5, 5
_STYLES = {
    Action.VOTE: discord.ButtonStyle.success,
    Action.AGAIN: discord.ButtonStyle.primary,
    Action.VARY: discord.ButtonStyle.primary,
    Action.PAINT: discord.ButtonStyle.primary,
    Action.DELETE: discord.ButtonStyle.danger,
    Action.SELL: discord.ButtonStyle.success,
    Action.HIDE: discord.ButtonStyle.danger,
    Action.KEEP: discord.ButtonStyle.success,
}


class Presses(Protocol):
    """The client, as far as a button is concerned."""

    async def on_press(self, interaction: discord.Interaction[Any], data: str) -> None:
        """Carry out what a button's data stands for."""
        ...


class ReplyButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?s)(?P<data>.+)"):
    """Any button of ours, or one that claims to be; `parse_data` decides."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> "ReplyButton":
        """Build it from a press, perhaps of a message from before a restart."""
        return cls(cast("discord.ui.Button[Any]", item))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the press on to the client."""
        await cast("Presses", interaction.client).on_press(interaction, self.custom_id)


def rows_of(rows: Sequence[Sequence[Button]]) -> discord.ui.View | None:
    """Build the rows of a message; None without any."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows[:MOST_ROWS]):
        for button in row[:MOST_IN_A_ROW]:
            view.add_item(_item(button, number))
    return view if view.children else None


def _item(button: Button, row: int) -> discord.ui.Item[Any]:
    """A button that is pressed, or one that leads somewhere."""
    label, emoji = literal(button.label)[:LONGEST_LABEL] or "–", button.emoji or None
    if button.url:
        return discord.ui.Button(url=button.url, label=label, emoji=emoji, row=row)
    style = _STYLES.get(button.action, discord.ButtonStyle.secondary)
    return ReplyButton(
        discord.ui.Button(style=style, label=label, custom_id=button.data, emoji=emoji, row=row)
    )


def is_below(message: discord.Message | None, custom_id: str) -> bool:
    """Whether a message really has such a button; presses of others are forged."""
    rows = message.components if message is not None else ()
    return any(
        getattr(each, "custom_id", None) == custom_id
        for row in rows
        if isinstance(row, discord.ActionRow)
        for each in row.children
    )
