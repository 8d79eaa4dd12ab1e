"""Our parser of sign-in messages against PyPI's siwe: it never takes what siwe refuses.

It refuses more on purpose: a scheme before the domain, Not Before, and Resources.
"""

import importlib.util
import random
import string

import pytest

from ganshare.chain.sign_in import SignIn, read_sign_in
from ganshare.errors import ParameterError

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # the packages' own
    pytest.mark.skipif(importlib.util.find_spec("siwe") is None, reason="siwe is not installed"),
]

ADDRESS = "0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946"
NOW = 1_798_761_600.0  # 2027-01-01
PARTS = (
    "service.org", " wants you to sign in with your Ethereum account:\n", ADDRESS, "\n\n",
    "Link this wallet to discord:42. (It's free: yes?)", "\n", "\n", "URI: ",
    "https://service.org/shares?a=b#c", "\n", "Version: ", "1", "\n", "Chain ID: ", "137", "\n",
    "Nonce: ", "32891757abcdEFGH", "\n", "Issued At: ", "2027-01-01T00:00:00Z", "\n",
    "Expiration Time: ", "2027-01-01T00:10:00.5+00:00", "\nRequest ID: ", "abc-1_2",
)  # fmt: skip
# What stands in for a part: right, nearly right and wrong.
INSTEAD = (
    "localhost:8000", "127.0.0.1", "[::1]:80", "[::1", "[:::1]", "a..b", "a:b", "a b",
    "user@host", "a/b", "exämple.org", "https://a.org", ADDRESS.lower(), ADDRESS[:-1],
    "0X" + ADDRESS[2:], "\n", "\n\n", "\r\n", "", " ", "a statement", "100%",
    "[brackets] \"quotes\"", "tab\there", "ünicode", "1\n2", "http://a.org",
    "http://a.org:80/x/y/", "http://a.org:port", "https://[::1]:1/", "https://[::g]/",
    "https://a.org/%zz", "https://a.org/%20", "https://a.org/a b", "https://a.org/#a#b",
    "ftp://a.org", "https://a.org/[x]", "https://", "https://a.org/?q={}", "https://a.org/é",
    "1.0", "2", "01", "0", "\u0661", "-1", "137", "abcdefgh", "abcdefg", "abcd-efgh", "abcdefg\n",
    "2027-01-01t00:00:00z", "2027-01-01T00:00:00+24:00", "2027-01-01T00:00:00-00:00",
    "2027-01-01 00:00:00Z", "2027-02-30T00:00:00Z", "2027-01-01T00:00:60Z",
    "2027-01-01T00:00:00,5Z", "2027-01-01T24:00:00Z", "2027-01-01T00:00:00.123456789Z",
    "2027-01-01T00:00:00", "\u0662027-01-01T00:00:00Z", "a:b@c", "%41", "%4",
    "\nNot Before: 2026-01-01T00:00:00Z", "\nResources:\n- https://a.org",
)  # fmt: skip


def ours(text: str) -> SignIn | None:
    try:
        return read_sign_in(text, now=NOW)
    except ParameterError:
        return None


def check(text: str) -> bool:
    """Whether ours takes a message; then siwe does, too, and reads the same."""
    from siwe import SiweMessage

    read = ours(text)
    if read is None:
        return False
    theirs = SiweMessage.from_message(text)
    same = (theirs.domain, theirs.address, str(theirs.uri), theirs.chain_id, theirs.nonce)
    assert same == (read.domain, read.address, read.uri, read.chain_id, read.nonce), text
    return True


def mutated(chance: random.Random) -> str:
    parts = list(PARTS)
    if chance.random() < 0.3:
        parts[4:6] = []  # no statement
    if chance.random() < 0.3:
        parts = parts[: parts.index("\nRequest ID: ")]
    for _ in range(chance.randint(0, 2)):
        parts[chance.randrange(len(parts))] = chance.choice(INSTEAD)
    text = "".join(parts)
    for _ in range(chance.choice((0, 0, 1, 2))):
        at, letter = chance.randrange(len(text) + 1), chance.choice(string.printable + "é%\0")
        text = text[:at] + chance.choice((letter, "")) + text[at + chance.randint(0, 1) :]
    return text


def test_what_ours_takes_of_10_000_mutated_messages_siwe_takes_too() -> None:
    chance = random.Random(7)
    taken = sum(check(mutated(chance)) for _ in range(10_000))
    assert 1_500 < taken < 8_000


@pytest.mark.parametrize("part", [0, 4, 8, 14, 17, 20, 23, 25])
@pytest.mark.parametrize("instead", INSTEAD)
def test_each_part_of_a_message_is_held_to_the_grammar(part: int, instead: str) -> None:
    parts = list(PARTS)
    parts[part] = instead
    check("".join(parts))


def test_both_take_what_the_page_writes() -> None:
    assert check("".join(PARTS))
    assert check("".join(PARTS[:4] + PARTS[6:24]))


def test_the_line_of_one_marketplace_is_taken_for_it_alone() -> None:
    text = "".join(PARTS).replace("your Ethereum account", "your account")
    assert ours(text) is None
    assert read_sign_in(text, now=NOW, of_marketplace=True).domain == "service.org"
