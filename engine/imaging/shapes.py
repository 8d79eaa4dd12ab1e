"""Draws the shapes of the word lists in given colours, for training and to start a canvas."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 160
Colour = tuple[int, int, int]
Pen = ImageDraw.ImageDraw


def _polygon(
    x: float, y: float, radius: float, corners: int, turn: float
) -> list[tuple[float, float]]:
    angles = [turn + 2 * math.pi * k / corners for k in range(corners)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def _star(x: float, y: float, radius: float, turn: float) -> list[tuple[float, float]]:
    points = []
    for k in range(10):
        length = radius if k % 2 == 0 else 0.42 * radius
        angle = turn + math.pi * k / 5
        points.append((x + length * math.cos(angle), y + length * math.sin(angle)))
    return points


class Sketch:
    """One picture: a ground, a few inks, and where the next mark goes."""

    def __init__(self, rng: np.random.Generator, ground: Colour, inks: list[Colour]) -> None:
        self.rng, self.inks = rng, inks
        self.image = Image.new("RGB", (SIDE, SIDE), ground)
        self.pen = ImageDraw.Draw(self.image)

    def ink(self) -> Colour:
        """One of the inks."""
        return self.inks[int(self.rng.integers(len(self.inks)))]

    def marks(self, low: int = 3, high: int = 14) -> list[tuple[float, float, float, float]]:
        """Places (x, y, radius, turn): few large ones or many small ones."""
        count = int(self.rng.integers(low, high))
        size = SIDE / (1.2 * math.sqrt(count) + 0.8)
        return [
            (
                self.rng.uniform(0, SIDE),
                self.rng.uniform(0, SIDE),
                size * self.rng.uniform(0.5, 1.0),
                self.rng.uniform(0, 2 * math.pi),
            )
            for _ in range(count)
        ]

    def width(self, low: float = 2, high: float = 12) -> int:
        """A line width in pixels."""
        return round(self.rng.uniform(low, high))


def polygons(corners: int) -> Callable[[Sketch], None]:
    """Filled or outlined regular polygons."""

    def draw(sketch: Sketch) -> None:
        filled = sketch.rng.random() < 0.7
        for x, y, radius, turn in sketch.marks():
            points = _polygon(x, y, radius, corners, turn)
            if filled:
                sketch.pen.polygon(points, fill=sketch.ink())
            else:
                sketch.pen.line([*points, points[0]], fill=sketch.ink(), width=sketch.width(3, 7))

    return draw


def diamonds(sketch: Sketch) -> None:
    """Rhombuses that stand on a corner."""
    for x, y, radius, _ in sketch.marks():
        points = [(x, y - radius), (x + 0.65 * radius, y), (x, y + radius), (x - 0.65 * radius, y)]
        sketch.pen.polygon(points, fill=sketch.ink())


def rectangles(sketch: Sketch) -> None:
    """Upright rectangles of any proportion."""
    for x, y, radius, _ in sketch.marks():
        other = radius * sketch.rng.uniform(0.3, 1.5)
        sketch.pen.rectangle((x - radius, y - other, x + radius, y + other), fill=sketch.ink())


def circles(sketch: Sketch) -> None:
    """Filled discs."""
    for x, y, radius, _ in sketch.marks():
        sketch.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=sketch.ink())


def dots(sketch: Sketch) -> None:
    """Many small discs, in rows or strewn."""
    step = sketch.rng.uniform(12, 28)
    loose = sketch.rng.random() < 0.5
    for row in range(int(SIDE / step) + 2):
        for column in range(int(SIDE / step) + 2):
            x, y = column * step, row * step
            if loose:
                x, y = x + sketch.rng.normal(0, step / 3), y + sketch.rng.normal(0, step / 3)
            radius = step * sketch.rng.uniform(0.2, 0.35)
            sketch.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=sketch.ink())


def ellipses(sketch: Sketch) -> None:
    """Flattened discs."""
    for x, y, radius, _ in sketch.marks():
        other = radius * sketch.rng.uniform(0.35, 0.65)
        sketch.pen.ellipse((x - radius, y - other, x + radius, y + other), fill=sketch.ink())


def rings(sketch: Sketch) -> None:
    """Open circles."""
    for x, y, radius, _ in sketch.marks():
        box = (x - radius, y - radius, x + radius, y + radius)
        sketch.pen.ellipse(box, outline=sketch.ink(), width=sketch.width(4, 10))


def concentric_circles(sketch: Sketch) -> None:
    """Circles around one centre."""
    x, y = sketch.rng.uniform(0.3, 0.7, 2) * SIDE
    step = sketch.rng.uniform(8, 20)
    for k in range(int(SIDE / step), 0, -1):
        box = (x - k * step, y - k * step, x + k * step, y + k * step)
        sketch.pen.ellipse(
            box, outline=sketch.inks[k % len(sketch.inks)], width=max(3, int(step / 2))
        )


def nested_squares(sketch: Sketch) -> None:
    """Squares around one centre."""
    x, y = sketch.rng.uniform(0.35, 0.65, 2) * SIDE
    step, turn = sketch.rng.uniform(8, 18), sketch.rng.uniform(0, 0.4)
    for k in range(int(SIDE / step), 0, -1):
        points = _polygon(x, y, k * step * 1.4, 4, math.pi / 4 + turn)
        sketch.pen.polygon(points, fill=sketch.inks[k % len(sketch.inks)])


def stripes(slope: str) -> Callable[[Sketch], None]:
    """Parallel bars: "straight" (upright or level) or "diagonal"."""

    def draw(sketch: Sketch) -> None:
        diagonal = slope == "diagonal"
        angle = math.pi / 4 * (1 if diagonal else 0) + math.pi / 2 * int(sketch.rng.integers(2))
        angle += sketch.rng.normal(0, 0.08)
        step = sketch.rng.uniform(10, 32)
        dx, dy = math.cos(angle), math.sin(angle)
        for k in range(-20, 21):
            x, y = SIDE / 2 - dy * k * step, SIDE / 2 + dx * k * step
            ends = (x - 200 * dx, y - 200 * dy, x + 200 * dx, y + 200 * dy)
            sketch.pen.line(ends, fill=sketch.inks[k % len(sketch.inks)], width=int(step * 0.55))

    return draw


def grid(sketch: Sketch) -> None:
    """Crossing bars."""
    step, width, tilt = sketch.rng.uniform(16, 36), sketch.width(2, 7), sketch.rng.integers(2)
    for k in range(-12, 24):
        at, ink = k * step, sketch.ink()
        lean = SIDE if tilt else 0
        sketch.pen.line((at, 0, at + lean, SIDE), fill=ink, width=width)
        sketch.pen.line(
            (at + lean, 0, at, SIDE) if tilt else (0, at, SIDE, at), fill=ink, width=width
        )


def checkerboard(sketch: Sketch) -> None:
    """Squares in alternation."""
    step = int(sketch.rng.integers(14, 34))
    for row in range(SIDE // step + 1):
        for column in range(SIDE // step + 1):
            if (row + column) % 2:
                x, y = column * step, row * step
                sketch.pen.rectangle((x, y, x + step, y + step), fill=sketch.inks[0])


def honeycomb(sketch: Sketch) -> None:
    """Hexagons side by side."""
    radius = sketch.rng.uniform(10, 24)
    high = radius * math.sqrt(3)
    for column in range(int(SIDE / (1.5 * radius)) + 2):
        for row in range(int(SIDE / high) + 2):
            x, y = column * 1.5 * radius, row * high + (column % 2) * high / 2
            sketch.pen.polygon(_polygon(x, y, radius * 0.86, 6, 0.0), fill=sketch.ink())


def tessellation(sketch: Sketch) -> None:
    """Triangles that tile the plane."""
    step = sketch.rng.uniform(18, 36)
    for row in range(int(SIDE / step) + 2):
        for column in range(int(SIDE / step) + 2):
            x, y = column * step - (row % 2) * step / 2, row * step
            sketch.pen.polygon([(x, y), (x + step, y), (x + step / 2, y + step)], fill=sketch.ink())


def spirals(sketch: Sketch) -> None:
    """One large spiral or a few."""
    count = int(sketch.rng.choice([1, 1, 3, 5]))
    for x, y, radius, turn in sketch.marks(count, count + 1):
        if count == 1:
            x, y, radius = *sketch.rng.uniform(0.35, 0.65, 2) * SIDE, 0.75 * SIDE
        turns = sketch.rng.uniform(2.5, 5)
        steps = np.linspace(0, 1, 160)
        points = [
            (
                x + radius * s * math.cos(turn + 2 * math.pi * turns * s),
                y + radius * s * math.sin(turn + 2 * math.pi * turns * s),
            )
            for s in steps
        ]
        sketch.pen.line(
            points, fill=sketch.ink(), width=max(3, int(radius / turns / 2.4)), joint="curve"
        )


def vortices(sketch: Sketch) -> None:
    """Curved arms that run into one centre."""
    x, y = sketch.rng.uniform(0.35, 0.65, 2) * SIDE
    arms, bend = int(sketch.rng.integers(8, 16)), sketch.rng.uniform(1.0, 2.5)
    for k in range(arms):
        angle = 2 * math.pi * k / arms
        left, right = [], []
        for r in np.linspace(0, 130, 30):
            twist = angle + bend * (1 - r / 130) ** 2 * 3
            left.append((x + r * math.cos(twist), y + r * math.sin(twist)))
            right.append(
                (x + r * math.cos(twist + math.pi / arms), y + r * math.sin(twist + math.pi / arms))
            )
        sketch.pen.polygon(left + right[::-1], fill=sketch.inks[k % len(sketch.inks)])


def waves(sketch: Sketch) -> None:
    """Sine lines above each other."""
    step, high, length = (
        sketch.rng.uniform(12, 30),
        sketch.rng.uniform(5, 14),
        sketch.rng.uniform(30, 90),
    )
    phase = sketch.rng.uniform(0, 6)
    for k in range(-1, int(SIDE / step) + 2):
        points = [
            (x, k * step + high * math.sin(2 * math.pi * x / length + phase))
            for x in range(-4, SIDE + 5, 3)
        ]
        sketch.pen.line(
            points, fill=sketch.inks[k % len(sketch.inks)], width=int(step * 0.5), joint="curve"
        )


def zigzags(sketch: Sketch) -> None:
    """Sharp-cornered lines above each other."""
    step, high, length = (
        sketch.rng.uniform(14, 34),
        sketch.rng.uniform(8, 18),
        sketch.rng.uniform(20, 50),
    )
    for k in range(-1, int(SIDE / step) + 2):
        points = [
            (index * length / 2, k * step + (high if index % 2 else -high))
            for index in range(int(2 * SIDE / length) + 3)
        ]
        sketch.pen.line(points, fill=sketch.inks[k % len(sketch.inks)], width=int(step * 0.45))


def curves(sketch: Sketch) -> None:
    """Long free curves."""
    for _ in range(int(sketch.rng.integers(4, 10))):
        start, middle, end = sketch.rng.uniform(-40, SIDE + 40, (3, 2))
        points = [
            tuple((1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end)
            for t in np.linspace(0, 1, 40)
        ]
        sketch.pen.line(points, fill=sketch.ink(), width=sketch.width(3, 10), joint="curve")


def arcs(sketch: Sketch) -> None:
    """Parts of circles."""
    for x, y, radius, turn in sketch.marks():
        start = math.degrees(turn)
        box = (x - radius, y - radius, x + radius, y + radius)
        sketch.pen.arc(
            box, start, start + sketch.rng.uniform(90, 200), sketch.ink(), sketch.width(4, 10)
        )


def crescents(sketch: Sketch) -> None:
    """Discs with a bite."""
    ground = sketch.image.getpixel((0, 0))
    for x, y, radius, turn in sketch.marks(2, 8):
        sketch.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=sketch.ink())
        x, y = x + 0.45 * radius * math.cos(turn), y + 0.45 * radius * math.sin(turn)
        inner = 0.8 * radius
        sketch.pen.ellipse((x - inner, y - inner, x + inner, y + inner), fill=ground)


def stars(sketch: Sketch) -> None:
    """Five-pointed stars."""
    for x, y, radius, turn in sketch.marks(2, 10):
        sketch.pen.polygon(_star(x, y, radius, turn), fill=sketch.ink())


def crosses(sketch: Sketch) -> None:
    """Upright or leaning crosses."""
    for x, y, radius, turn in sketch.marks(2, 10):
        turn = turn if sketch.rng.random() < 0.3 else 0.0
        for angle in (turn, turn + math.pi / 2):
            dx, dy = radius * math.cos(angle), radius * math.sin(angle)
            sketch.pen.line(
                (x - dx, y - dy, x + dx, y + dy), fill=sketch.ink(), width=int(radius / 2.5) + 2
            )


def cubes(sketch: Sketch) -> None:
    """Boxes seen from a corner, three shades each."""
    for x, y, radius, _ in sketch.marks(1, 8):
        ink = sketch.ink()
        corners = _polygon(x, y, radius, 6, math.pi / 6)
        for face, light in (((5, 0, 1), 0.55), ((1, 2, 3), 0.8), ((3, 4, 5), 1.15)):
            shade = tuple(min(255, int(part * light)) for part in ink)
            sketch.pen.polygon([*(corners[i] for i in face), (x, y)], fill=shade)


def cones(sketch: Sketch) -> None:
    """Cones with a lit and a shaded side."""
    for x, y, radius, _ in sketch.marks(1, 6):
        ink = sketch.ink()
        dark = tuple(int(part * 0.6) for part in ink)
        base = (x - radius * 0.7, y + radius * 0.6, x + radius * 0.7, y + radius)
        sketch.pen.ellipse(base, fill=dark)
        sketch.pen.polygon(
            [(x, y - radius), (x - radius * 0.7, y + radius * 0.8), (x, y + radius)], fill=ink
        )
        sketch.pen.polygon(
            [(x, y - radius), (x + radius * 0.7, y + radius * 0.8), (x, y + radius)], fill=dark
        )


def cylinders(sketch: Sketch) -> None:
    """Upright cylinders."""
    for x, y, radius, _ in sketch.marks(1, 6):
        ink = sketch.ink()
        for k in range(10):
            shade = tuple(
                int(part * (1.1 - 0.06 * k)) if part * (1.1 - 0.06 * k) < 255 else 255
                for part in ink
            )
            left = x - radius * 0.5 + k * radius * 0.1
            sketch.pen.rectangle(
                (left, y - radius * 0.8, left + radius * 0.12, y + radius * 0.8), fill=shade
            )
        top = (x - radius * 0.5, y - radius, x + radius * 0.6, y - radius * 0.6)
        sketch.pen.ellipse(top, fill=tuple(min(255, int(part * 1.2)) for part in ink))


def spheres(sketch: Sketch) -> None:
    """Balls, lit from one side."""
    for x, y, radius, _ in sketch.marks(1, 8):
        ink = sketch.ink()
        for k in range(12):
            shade = tuple(min(255, int(part * (0.45 + 0.07 * k))) for part in ink)
            inner = radius * (1 - k / 12)
            cx, cy = x - 0.3 * radius * k / 12, y - 0.3 * radius * k / 12
            sketch.pen.ellipse((cx - inner, cy - inner, cx + inner, cy + inner), fill=shade)


def arrows(sketch: Sketch) -> None:
    """Shafts with heads."""
    for x, y, radius, turn in sketch.marks(2, 8):
        dx, dy = math.cos(turn), math.sin(turn)
        ink = sketch.ink()
        tip = (x + radius * dx, y + radius * dy)
        sketch.pen.line(
            (x - radius * dx, y - radius * dy, x + 0.5 * radius * dx, y + 0.5 * radius * dy),
            ink,
            max(3, int(radius / 4)),
        )
        base = (x + 0.35 * radius * dx, y + 0.35 * radius * dy)
        side = 0.45 * radius
        sketch.pen.polygon(
            [
                tip,
                (base[0] - side * dy, base[1] + side * dx),
                (base[0] + side * dy, base[1] - side * dx),
            ],
            fill=ink,
        )


DRAWINGS: dict[str, Callable[[Sketch], None]] = {
    "arcs": arcs,
    "arrows": arrows,
    "a checkerboard": checkerboard,
    "checkerboards": checkerboard,
    "chevrons": zigzags,
    "circles": circles,
    "concentric circles": concentric_circles,
    "cones": cones,
    "crescents": crescents,
    "crosses": crosses,
    "cubes": cubes,
    "curves": curves,
    "cylinders": cylinders,
    "diagonals": stripes("diagonal"),
    "diagonal lines": stripes("diagonal"),
    "diamonds": diamonds,
    "dots": dots,
    "ellipses": ellipses,
    "grids": grid,
    "hexagons": polygons(6),
    "honeycombs": honeycomb,
    "lattices": grid,
    "loops": rings,
    "nested squares": nested_squares,
    "octagons": polygons(8),
    "parallel lines": stripes("straight"),
    "pentagons": polygons(5),
    "polygons": polygons(7),
    "pyramids": polygons(3),
    "rectangles": rectangles,
    "rhombuses": diamonds,
    "rings": rings,
    "spheres": spheres,
    "spirals": spirals,
    "a spiral": spirals,
    "squares": polygons(4),
    "stars": stars,
    "stripes": stripes("straight"),
    "tessellations": tessellation,
    "triangles": polygons(3),
    "vortices": vortices,
    "a vortex": vortices,
    "waves": waves,
    "zigzags": zigzags,
}


def draw_shapes(
    name: str, rng: np.random.Generator, ground: Colour, inks: list[Colour]
) -> Image.Image:
    """A (SIDE, SIDE) picture of one of DRAWINGS, softened a little as paint is."""
    sketch = Sketch(rng, ground, inks)
    DRAWINGS[name](sketch)
    return sketch.image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.2))))
