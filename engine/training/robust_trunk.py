"""Trains a robust EfficientNet-Lite0, whose gradients show subjects rather than texture.

What moves an ordinary classifier most is texture that no person sees. One that learned to withstand
attacks is moved by what people see, and images that climb its gradients show their subject
(arXiv:1906.00945, arXiv:1906.09453). So the trunk is distilled from itself: the student sees the
teacher's view after an attack (arXiv:1706.06083), and must still give the teacher's features. That
needs images, but no labels.
"""

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import structlog
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from engine.imaging.dataset import ImageSet
from engine.perceptor.efficientnet import EfficientNetLite
from engine.perceptor.image_features import statistics
from engine.runtime.precision import autocast, fastest_dtype
from engine.synthesis.cutouts import resize_matrices
from engine.training.efficientnet_teacher import lite0_state, load_lite0

__all__ = [
    "Sight",
    "TrunkTraining",
    "Views",
    "attacked",
    "blended",
    "disagreement",
    "lengths",
    "train_trunk",
]

log = structlog.get_logger(__name__)

VIEW = 128  # pixels, as the perceptor sees cutouts


@dataclass(frozen=True)
class TrunkTraining:
    """How to learn.

    Args:
        minutes: of the wall clock.
        epsilon: radius of the largest attack, the L2 norm over a view's values in [0, 1].
        attack_steps: of projected gradient ascent.
        unattacked: share of the views that stay as they are.
        side: pixels to which each image is cropped and resized beforehand.
        features_weight: of the pooled features' direction, beside the classifier's verdict.
        statistics_weight: of means and deviations of all maps, which textures and styles are read
            from.
        taught: share of the student in the weights that come of it, the rest being the teacher's
            (arXiv:2109.01903): with all of it, styles are read less well.
        save_minutes: between two calls of `train_trunk`'s `save`.
    """

    minutes: float
    epsilon: float = 1.0
    attack_steps: int = 2
    unattacked: float = 0.15
    batch_size: int = 640
    side: int = 144
    learning_rate: float = 4e-4
    warmup_steps: int = 200
    ema_decay: float = 0.999
    features_weight: float = 4.0
    statistics_weight: float = 0.5
    taught: float = 0.7
    save_minutes: float = 2.0
    seed: int = 0


@dataclass(frozen=True)
class Seen:
    """What a trunk makes of views."""

    logits: Tensor  # (batch, 1000), of ImageNet's classes
    features: Tensor  # (batch, 1280), around the data's mean
    statistics: Tensor  # (batch, ...), in deviations


class Sight:
    """Turns a trunk's maps into what teacher and student must agree on."""

    def __init__(
        self, teacher: EfficientNetLite, views: Tensor, dtype: torch.dtype | None = None
    ) -> None:
        """`views` (n, 3, VIEW, VIEW) in [0, 1] tell what is usual."""
        self.dtype = dtype or fastest_dtype(views.device)
        state = lite0_state()
        self.rows, self.bias = state["_fc.weight"].to(views), state["_fc.bias"].to(views)
        with torch.no_grad():
            pooled, found = self._pool(teacher, views)
        self.mean = pooled.mean(0)
        self.usual, self.deviation = found.mean(0), found.std(0) + 1e-3

    def _pool(self, trunk: EfficientNetLite, views: Tensor) -> tuple[Tensor, Tensor]:
        with autocast(views.device, self.dtype):
            maps = trunk.stages((views * 2.0 - 1.0).contiguous(memory_format=torch.channels_last))
        return maps[-1].float().mean((2, 3)), statistics(maps[:-1])

    def __call__(self, trunk: EfficientNetLite, views: Tensor) -> Seen:
        """Look at (batch, 3, VIEW, VIEW) in [0, 1]."""
        pooled, found = self._pool(trunk, views)
        return Seen(
            pooled @ self.rows.T + self.bias,
            pooled - self.mean,
            (found - self.usual) / self.deviation,
        )


def disagreement(student: Seen, teacher: Seen, features_weight: float) -> Tensor:
    """(batch,): how much else the student sees than the teacher."""
    told, wanted = student.logits.log_softmax(1), teacher.logits.log_softmax(1)
    verdict = F.kl_div(told, wanted, reduction="none", log_target=True).sum(1)
    alike = F.cosine_similarity(student.features, teacher.features)
    return verdict + features_weight * (1.0 - alike)


def lengths(change: Tensor) -> Tensor:
    """(batch, 3, height, width) -> (batch, 1, 1, 1), the L2 norm of each."""
    norm: Tensor = torch.linalg.vector_norm(change, dim=(1, 2, 3), keepdim=True)
    return norm + 1e-12


def attacked(
    trunk: EfficientNetLite, sight: Sight, views: Tensor, wanted: Seen, training: TrunkTraining
) -> Tensor:
    """The views, each changed within a ball of its own so that the trunk sees something else."""
    count = len(views)
    radius = training.epsilon * torch.rand(count, 1, 1, 1).sqrt()
    radius[torch.rand(count) < training.unattacked] = 0.0
    radius = radius.to(views)
    change = torch.randn_like(views)
    change = 0.5 * radius * change / lengths(change)
    for _ in range(training.attack_steps):
        change.requires_grad_(True)
        seen = sight(trunk, views + change)
        loss = disagreement(seen, wanted, training.features_weight).sum()
        (push,) = torch.autograd.grad(loss, change)
        change = change.detach() + 1.5 / training.attack_steps * radius * push / lengths(push)
        change = change * (radius / lengths(change)).clamp(max=1.0)
    return views + change.detach()


class Views:
    """Random views of images held on one device, cut as guidance cuts them."""

    def __init__(self, sources: Sequence[ImageSet], side: int, device: torch.device) -> None:
        """Every image is cropped to a square of `side` pixels."""
        squares = [
            np.asarray(ImageOps.fit(Image.fromarray(images.decode(index)), (side, side)))
            for images in sources
            for index in range(len(images))
        ]
        self.images = torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).to(device)

    def draw(self, count: int) -> Tensor:
        """(count, 3, VIEW, VIEW) in about [0, 1]: cropped, flipped, some grey, some noisy."""
        side = self.images.shape[2]
        with torch.device(self.images.device):
            images = self.images[torch.randint(len(self.images), (count,))].float() / 255
            span = side * (0.35 + 0.75 * torch.rand(count))
            rows, columns = (
                resize_matrices(torch.rand(count) * (side - span), span, side, VIEW)[:, None]
                for _ in range(2)
            )
            flip = torch.rand(count, 1, 1, 1) < 0.5
            views = rows @ images @ torch.where(flip, columns.flip(2), columns).transpose(2, 3)
            grey = (torch.rand(count, 1, 1, 1) < 0.2).float()
            views = views + grey * (views.mean(1, keepdim=True) - views)
            gain = 1.0 + 0.1 * torch.randn(count, 1, 1, 1)
            noise = 0.05 * torch.rand(count, 1, 1, 1) * torch.randn(views.shape)
            return (views - 0.5) * gain + 0.5 + noise


def train_trunk(
    views: Views,
    training: TrunkTraining,
    start: EfficientNetLite | None = None,
    save: Callable[[EfficientNetLite], None] = lambda trunk: None,
    dtype: torch.dtype | None = None,
) -> EfficientNetLite:
    """Distil for `training.minutes`; returns the student's average, blended with the teacher.

    `start` is a student to go on with; the teacher is always Google's own.
    """
    torch.manual_seed(training.seed)
    last = torch.channels_last
    teacher: EfficientNetLite = load_lite0().to(views.images.device, memory_format=last)  # type: ignore[call-overload]
    teacher.requires_grad_(False)
    student = copy.deepcopy(teacher)
    if start is not None:
        student.load_state_dict(start.state_dict())
    average = copy.deepcopy(student)
    student.requires_grad_(True)
    sight = Sight(teacher, views.draw(2 * training.batch_size), dtype)
    optimizer = torch.optim.AdamW(student.parameters(), training.learning_rate, weight_decay=1e-4)
    began = saved = time.monotonic()
    step = 0
    while (done := (time.monotonic() - began) / (60 * training.minutes)) < 1.0:
        warm = min(1.0, (step + 1) / training.warmup_steps)
        for group in optimizer.param_groups:
            group["lr"] = training.learning_rate * warm * (1 + math.cos(math.pi * done)) / 2
        batch = views.draw(training.batch_size)
        with torch.no_grad():
            wanted = sight(teacher, batch)
        seen = sight(student, attacked(student, sight, batch, wanted, training))
        differs = disagreement(seen, wanted, training.features_weight).mean()
        unusual = F.smooth_l1_loss(seen.statistics, wanted.statistics)
        optimizer.zero_grad()
        (differs + training.statistics_weight * unusual).backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 5.0)
        optimizer.step()
        step += 1
        decay = min(training.ema_decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for mean, new in zip(average.parameters(), student.parameters(), strict=True):
                mean.lerp_(new, 1.0 - decay)
        if step % 100 == 1:
            log.info("trunk", step=step, done=round(done, 3), differs=round(differs.item(), 4))
        if time.monotonic() - saved > 60 * training.save_minutes:
            save(blended(average, teacher, training.taught))
            saved = time.monotonic()
    found = blended(average, teacher, training.taught)
    save(found)
    return found


@torch.no_grad()
def blended(one: EfficientNetLite, other: EfficientNetLite, share: float) -> EfficientNetLite:
    """A trunk whose weights are `share` of one's and the rest of the other's."""
    found = copy.deepcopy(other)
    for mine, more in zip(found.parameters(), one.parameters(), strict=True):
        mine.lerp_(more, share)
    return found
