"""The prompt of a painting is edited in a form, and painted again."""

from typing import Any

import pytest

PROMPT = "Cubist Painting of a Castle in Teal"
OTHER = "Cubist Painting of a Lighthouse in Teal"


async def test_the_form_holds_the_prompt_and_the_rest_stays(stage: Any) -> None:
    ada, ben = stage.join(), stage.join("Ben")
    await ada.slash("paint", prompt=f"{PROMPT} --size 320x256 --steps 40 --seed 7")
    await stage.engine.paint()
    painted = await stage.shows("Painted")
    pressed = await ben.press(painted, "Edit")
    await stage.discord.people.until(lambda: pressed.modal)
    assert pressed.modal["title"] == "Edit the prompt"
    field = pressed.modal["components"][1]["component"]
    assert field["value"] == PROMPT
    await stage.stop_bot()  # a form may be filled in after a restart
    await stage.start_bot()
    sent = await ben.submit(pressed, painted, f"{OTHER} --steps 30")
    await stage.discord.people.said(sent)
    asked = (await stage.engine.claim()).request
    assert (asked.prompt, asked.width, asked.height, asked.steps) == (OTHER, 320, 256, 30)
    assert asked.seed != 7
    again = await stage.front.store.queue.active(f"discord:{ben.id}")
    assert [each.request.prompt for each in again] == [OTHER]
    await stage.discord.people.until(lambda: len(stage.channel.alive) == 2)


@pytest.mark.parametrize(("locale", "told"), [("en-US", "is not yours"), ("zh-CN", "不是")])
async def test_a_prompt_that_is_for_its_asker_alone_opens_no_form(
    stage: Any, locale: str, told: str
) -> None:
    ada, eve = stage.join(), stage.join("Eve", locale=locale)
    await ada.slash("paint", prompt=f"{PROMPT} --visibility only-me")
    job, artwork = await stage.engine.paint()
    posted = await stage.shows("Painted")
    pressed = await eve.forge(posted, f"edit:{artwork.id}")
    said = await stage.discord.people.said(pressed)
    assert said.is_ephemeral
    assert job.id in str(said.embed) or artwork.id in str(said.embed)
    assert not pressed.modal
