"""Previews take only the room that a channel's other messages leave."""

import pytest

from bot.core.delivery.platform import SlowDown
from bot.discord.messages.channel_budget import PLACES, PREVIEWS, ChannelBudget


def test_no_preview_while_something_is_under_way_in_the_channel() -> None:
    budget = ChannelBudget()
    end, preview = budget.request(1, is_preview=False), budget.request(1, is_preview=True)
    with end, pytest.raises(SlowDown), preview:
        pass
    with budget.request(1, is_preview=True):
        pass


def test_an_end_goes_whatever_is_under_way() -> None:
    budget = ChannelBudget()
    with budget.request(1, is_preview=True), budget.request(1, is_preview=False):
        pass


def test_channels_do_not_wait_for_each_other() -> None:
    budget = ChannelBudget()
    with budget.request(1, is_preview=True), budget.request(2, is_preview=True):
        pass


def test_room_is_left_for_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    budget, now = ChannelBudget(), 100.0
    monkeypatch.setattr("bot.discord.messages.channel_budget.time.monotonic", lambda: now)
    for _ in range(PREVIEWS):
        with budget.request(1, is_preview=True):
            pass
    with pytest.raises(SlowDown), budget.request(1, is_preview=True):
        pass
    now += 5.1
    with budget.request(1, is_preview=True):
        pass


def test_previews_go_before_places_in_the_queue() -> None:
    budget = ChannelBudget()
    for _ in range(PLACES):
        with budget.request(1, is_preview=True, is_place=True):
            pass
    with pytest.raises(SlowDown), budget.request(1, is_preview=True, is_place=True):
        pass
    with budget.request(1, is_preview=True):
        pass


def test_nothing_is_remembered_of_channels_that_are_quiet() -> None:
    budget = ChannelBudget()
    for channel in range(50):
        with budget.request(channel, is_preview=False):
            pass
    assert budget._under_way == {}
