"""The describer reads drawn pictures by the word lists, in a worker as in a call."""

import pytest
import torch
from torch import Tensor

from bot.testing.still_life import draw_apple, draw_circle
from engine.imaging.codecs import decode_image
from engine.model_cache import ModelCache
from engine.perceptor.describer import Describer
from engine.testing import Scene
from ganshare.domain.descriptions import DESCRIBER, Description
from ganshare.domain.jobs import JobState
from ganshare.prompts import attributes_of, parse_prompts

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def describer() -> Describer:
    return ModelCache().describer()


def read(describer: Describer, picture: bytes) -> Description:
    return describer.describe(decode_image(picture, "it"))


@pytest.mark.parametrize(
    ("picture", "subjects", "colour"),
    [
        (draw_circle(), ("Spheres",), "red"),
        (draw_circle("#2453c8"), ("Spheres", "a Sports Ball"), "blue"),
        (draw_apple(), ("an Apple",), "red"),
    ],
)
def test_it_names_what_is_there(
    describer: Describer, picture: bytes, subjects: tuple[str, ...], colour: str
) -> None:
    found = read(describer, picture)
    assert found.subject in subjects
    assert found.style == "Geometric"
    assert [name for name, _ in found.colours][:2] == ["white", colour]
    asked = attributes_of(parse_prompts(found.prompt))
    assert (asked.style, asked.subject) == (found.style, found.subject)
    assert asked.hex is not None
    assert found == Description.from_json(found.to_json())


@pytest.mark.parametrize("shape", [(3, 64, 1024), (3, 1024, 64), (3, 1, 1)])
def test_pictures_of_any_shape_and_without_colour_are_described(
    describer: Describer, shape: tuple[int, int, int]
) -> None:
    black: Tensor = torch.zeros(shape)
    found = describer.describe(black)
    assert found.colours == (("black", 100),)
    assert found.prompt.endswith("in Black")


async def test_a_worker_describes_beside_painting_and_tells_why_it_cannot(scene: Scene) -> None:
    await scene.blobs.put("inputs/apple.png", draw_apple())
    await scene.blobs.put("inputs/broken.png", b"\x89PNG and no more")
    asked = {"prompt": "/describe", "model": DESCRIBER, "steps": 1}
    whole = await scene.submit(init_image="inputs/apple.png", **asked)
    broken = await scene.submit(init_image="inputs/broken.png", **asked)
    nothing = await scene.submit(**asked)
    painted = await scene.submit()
    await scene.worker().run()
    done = await scene.job(whole)
    assert (done.state, done.artwork) == (JobState.DONE, None)
    assert done.description is not None
    assert done.description.subject == "an Apple"
    assert await scene.artwork(painted)
    for job, told in ((broken, "The picture to be described is"), (nothing, "no longer there")):
        dead = await scene.job(job)
        assert dead.state is JobState.DEAD
        assert told in (dead.error or "")
        assert dead.attempt == 1  # another try would not help


async def test_another_engine_describes_what_one_died_with(scene: Scene) -> None:
    await scene.blobs.put("inputs/circle.png", draw_circle())
    job = await scene.submit(
        prompt="/describe", model=DESCRIBER, steps=1, init_image="inputs/circle.png"
    )
    claimed = await scene.store.queue.claim("killed", models=[DESCRIBER], max_area=512 * 512)
    assert [each.id for each in claimed] == [job.id]
    await scene.expire_leases()
    await scene.store.queue.reap()
    await scene.worker().run()
    done = await scene.job(job)
    assert (done.state, done.attempt) == (JobState.DONE, 2)
    late = claimed[0]
    assert done.description is not None
    assert not await scene.store.queue.describe(late, done.description)
