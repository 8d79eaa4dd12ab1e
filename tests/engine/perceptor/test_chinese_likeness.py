"""What Chinese prompts read as is, to the text tower, what they say in English."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.model_folder import default_model, fill
from engine.perceptor.embedded import Heads, HeadsConfig
from engine.perceptor.minilm import MiniLM, MiniLMConfig, embed_sentences, load_tokenizer
from engine.perceptor.quantized import unpack
from ganshare.prompts import parse_prompts
from ganshare.prompts.languages import read_languages

LISTED = {
    "未来主义风格的城市画，鲜艳的酒红棕色": "Futurist Painting of a City in Vivid Burgundy Brown",
    "赭石色的未来主义城市": "Futurist Painting of a City in Ochre",
    "立体派剪刀，蓝绿色": "Cubist Painting of Scissors in Teal",
    "一幅抽象的波浪画，米粉色": "Abstract Painting with Waves in Beige Pink",
    "印象派的一座桥，天蓝色": "Impressionist Painting of a Bridge in Sky Blue",
    "表现主义风格的狼，用深紫罗兰色": "Expressionist Painting of a Wolf in Dark Violet",
    "野兽派的向日葵，金黄色调": "Fauvist Painting of a Sunflower in Golden Yellow",
    "超现实主义绘画：时钟，象牙白": "Surrealist Painting of a Clock in Ivory",
    "几何风格，同心圆，橙红色": "Geometric Painting with Concentric Circles in Orange-Red",
    "後現代的電視機，亮粉紅": "Postmodern Painting of a Television in Hot Pink",
}
FREE = {
    "雪山上的红色寺庙": "a red temple on a snowy mountain",
    "夜晚的蓝色大海": "the blue sea at night",
    "一位老渔夫在暴风雨中的小船上": "an old fisherman on a small boat in a storm",
    "穿着红裙子的女孩在花园里跳舞": "a girl in a red dress dancing in a garden",
    "一個穿著藍色外套的男孩和他的狗": "a boy in a blue coat and his dog",
    "城市废墟中长出的大树": "a big tree growing out of city ruins",
    "一只戴着皇冠的青蛙坐在荷叶上": "a frog wearing a crown sitting on a lotus leaf",
    "暴雨过后的彩虹": "a rainbow after heavy rain",
    "外星人入侵地球": "aliens invading the Earth",
    "梵高风格的星空": "starry sky in the style of van Gogh",
}


@pytest.fixture(scope="module")
def embed() -> Callable[[list[str]], Tensor]:
    """The embedded perceptor's text tower, without its image tower."""
    folder = default_model("perceptor")
    language = MiniLM(MiniLMConfig(**folder.architecture["language"])).eval()
    heads = Heads(HeadsConfig(**folder.architecture["heads"]))
    fill(language, unpack(folder.extra_tensors("language")), folder.name)
    fill(heads, {name: value.float() for name, value in folder.tensors().items()}, folder.name)
    tokenizer = load_tokenizer(folder.extra("vocabulary"), 128)  # noqa: S610 - not Django's

    @torch.no_grad()
    def embed(texts: list[str]) -> Tensor:
        return heads.text(embed_sentences(language, tokenizer, texts, together=True))

    return embed


def read(text: str) -> str:
    (part,) = read_languages(parse_prompts(text)).prompts
    return part.text


def test_twenty_prompts_are_like_their_translations(
    embed: Callable[[list[str]], Tensor],
) -> None:
    prompts = LISTED | FREE
    readings = [read(text) for text in prompts]
    likeness = (embed(readings) * embed(list(prompts.values()))).sum(1)
    assert likeness.mean() >= 0.8
    told = dict(zip(readings, likeness.tolist(), strict=True))
    assert likeness.min() >= 0.5, told
    assert readings[:10] == list(LISTED.values())


def test_two_chinese_prompts_differ_as_their_translations_do(
    embed: Callable[[list[str]], Tensor],
) -> None:
    temple, sea = embed([read("雪山上的红色寺庙"), read("夜晚的蓝色大海")])
    assert temple @ sea < 0.4  # unread they had 0.995


@pytest.mark.parametrize(
    ("written", "plain"),
    [("straße", "strasse"), ("smørrebrød", "smorrebrod"), ("Łódź", "lodz"), ("æther", "aether"),
     ("fox🦊", "fox"), ("a “castle”…", 'a "castle"...'), ("ｃａｓｔｌｅ", "castle"),
     ("İstanbul’da", "istanbul'da"), ("a castle замок", "a castle"), ("café — bar", "cafe - bar")],
)  # fmt: skip
def test_letters_beside_ascii_are_read_by_their_likes(written: str, plain: str) -> None:
    folder = default_model("perceptor")
    tokenizer = load_tokenizer(folder.extra("vocabulary"), 128)  # noqa: S610 - not Django's
    assert tokenizer.encode(written).tokens == tokenizer.encode(plain).tokens
    assert "[UNK]" not in tokenizer.encode(written).tokens
