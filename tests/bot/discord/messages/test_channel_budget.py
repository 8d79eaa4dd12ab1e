"""Previews take only the room that a channel's other messages leave."""

import pytest

from bot.core.delivery.platform import SlowDown
from bot.discord.messages.channel_budget import PLACES, PREVIEWS, Lanes


def test_no_preview_while_something_is_under_way_in_the_channel() -> None:
    lanes = Lanes()
    end, preview = lanes.request(1, is_preview=False), lanes.request(1, is_preview=True)
    with end, pytest.raises(SlowDown), preview:
        pass
    with lanes.request(1, is_preview=True):
        pass


def test_an_end_goes_whatever_is_under_way() -> None:
    lanes = Lanes()
    with lanes.request(1, is_preview=True), lanes.request(1, is_preview=False):
        pass


def test_channels_do_not_wait_for_each_other() -> None:
    lanes = Lanes()
    with lanes.request(1, is_preview=True), lanes.request(2, is_preview=True):
        pass


def test_room_is_left_for_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes, now = Lanes(), 100.0
    monkeypatch.setattr("bot.discord.messages.channel_budget.time.monotonic", lambda: now)
    for _ in range(PREVIEWS):
        with lanes.request(1, is_preview=True):
            pass
    with pytest.raises(SlowDown), lanes.request(1, is_preview=True):
        pass
    now += 5.1
    with lanes.request(1, is_preview=True):
        pass


def test_previews_go_before_places_in_the_queue() -> None:
    lanes = Lanes()
    for _ in range(PLACES):
        with lanes.request(1, is_preview=True, is_place=True):
            pass
    with pytest.raises(SlowDown), lanes.request(1, is_preview=True, is_place=True):
        pass
    with lanes.request(1, is_preview=True):
        pass


def test_nothing_is_remembered_of_channels_that_are_quiet() -> None:
    lanes = Lanes()
    for channel in range(50):
        with lanes.request(channel, is_preview=False):
            pass
    assert lanes._under_way == {}
