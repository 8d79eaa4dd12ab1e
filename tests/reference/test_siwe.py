"""Our parser of sign-in messages against PyPI's siwe: it never takes what siwe refuses.

The vectors are our own, by the grammar of EIP-4361, since siwe's packages bring none.

It refuses more on purpose: a scheme before the domain, Not Before, and Resources.
"""

import importlib.util
import random
import string
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

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


def written(**parts: str | None) -> str:
    """A message of these parts, in the grammar's order; None leaves one out."""
    given = {
        "head": "service.org wants you to sign in with your Ethereum account:",
        "address": ADDRESS,
        "statement": "Link this wallet.",
        "uri": "URI: https://service.org/shares",
        "version": "Version: 1",
        "chain": "Chain ID: 137",
        "nonce": "Nonce: 32891757",
        "issued": "Issued At: 2027-01-01T00:00:00Z",
        "expires": "Expiration Time: 2027-01-01T00:10:00Z",
        "not_before": None,
        "request": None,
        "resources": None,
    } | parts
    statement = given.pop("statement")
    head = [given.pop("head"), given.pop("address")]
    said = ["", statement, ""] if statement is not None else ["", ""]
    return "\n".join(each for each in (*head, *said, *given.values()) if each is not None)


def head(domain: str) -> str:
    return f"{domain} wants you to sign in with your Ethereum account:"


# What the grammar allows, and both take.
TAKEN = {
    "nothing optional": {"statement": None, "expires": None},
    "no statement": {"statement": None},
    "no end": {"expires": None},
    "a request": {"request": "Request ID: some_id-1"},
    "an empty request": {"request": "Request ID: "},
    "milliseconds": {"issued": "Issued At: 2027-01-01T00:00:00.613Z"},
    "another time zone": {"issued": "Issued At: 2027-01-01T02:30:00+02:30"},
    "a domain with a port": {"head": head("service.org:8443")},
    "this machine with a port": {"head": head("localhost:8000")},
    "an IPv4 address": {"head": head("127.0.0.1"), "uri": "URI: http://127.0.0.1/shares"},
    "an IPv6 address": {"head": head("[::1]:8000"), "uri": "URI: http://[::1]:8000/shares"},
    "a query and a fragment": {"uri": "URI: https://127.0.0.1:1234/a?b=c&d=e#f"},
    "an address alone": {"uri": "URI: https://service.org"},
    "a scheme within the statement": {"statement": "See https://service.org/tos"},
    "the main chain": {"chain": "Chain ID: 1"},
    "a long nonce": {"nonce": "Nonce: " + "a1" * 64},
}
# What the grammar allows, siwe takes, and ours refuses on purpose.
TOO_MUCH = {
    "a scheme": {"head": head("https://service.org")},
    "somebody at the domain": {"head": head("somebody@service.org")},
    "somebody at the domain with a port": {"head": head("somebody@service.org:8443")},
    "resources": {"resources": "Resources:\n- https://service.org/a\n- ipfs://b"},
    "a beginning": {"not_before": "Not Before: 2027-01-01T00:00:00Z"},
    "chain 0": {"chain": "Chain ID: 0"},
}
# What the grammar does not allow.
REFUSED = {
    **{f"no {name}": {name: None} for name in ("head", "address", "uri", "version", "chain")},
    **{f"no {name}": {name: None} for name in ("nonce", "issued")},
    **{f"an empty {name}": {name: ""} for name in ("uri", "version", "chain", "nonce", "issued")},
    "no domain": {"head": head("")},
    "a domain that is none": {"head": head("#service")},
    "a domain with a path": {"head": head("service.org/login")},
    "another chain's accounts": {"head": head("service.org").replace("Ethereum", "Solana")},
    "an address without its checksum": {"address": ADDRESS.lower()},
    "an address with a wrong checksum": {"address": ADDRESS.swapcase().replace("0X", "0x")},
    "an address that is too short": {"address": ADDRESS[:-1]},
    "a statement of two lines": {"statement": "Link this\nwallet."},
    "an empty statement": {"statement": ""},
    "an address of the page that is none": {"uri": "URI: :none"},
    "two addresses of the page": {"uri": "URI: https://a.org\nURI: https://b.org"},
    "version 2": {"version": "Version: 2"},
    "a chain that is no number": {"chain": "Chain ID: one"},
    "a negative chain": {"chain": "Chain ID: -1"},
    "a short nonce": {"nonce": "Nonce: 1234567"},
    "a nonce with a dash": {"nonce": "Nonce: 1234-5678"},
    "a time in words": {"issued": "Issued At: Fri Jan 01 2027 00:00:00 GMT+0000 (UTC)"},
    "an end in words": {"expires": "Expiration Time: tomorrow"},
    "no time zone": {"issued": "Issued At: 2027-01-01T00:00:00"},
    "a day that is none": {"issued": "Issued At: 2027-02-31T00:00:00Z"},
    "an end on a day that is none": {"expires": "Expiration Time: 2027-02-31T00:00:00Z"},
    "the chain before the version": {"version": "Chain ID: 137", "chain": "Version: 1"},
    "the nonce before the chain": {"chain": "Nonce: 32891757", "nonce": "Chain ID: 137"},
    "the end before the beginning": {
        "issued": "Expiration Time: 2027-01-01T00:10:00Z",
        "expires": "Issued At: 2027-01-01T00:00:00Z",
    },
    "a request before the end": {
        "expires": "Request ID: a",
        "request": "Expiration Time: 2027-01-01T00:10:00Z",
    },
    "resources without dashes": {"resources": "Resources:\nhttps://service.org/a"},
    "resources in one line": {"resources": "Resources:\n- https://a.org - https://b.org"},
    "another line": {"request": "Colour: teal"},
    "a line after the end": {"request": "Request ID: a\n"},
}  # fmt: skip


def theirs(text: str) -> Any:
    """What siwe reads; None if it refuses the message."""
    from siwe import SiweMessage

    with suppress(ValueError):
        return SiweMessage.from_message(text)
    return None


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


@pytest.mark.parametrize("name", TAKEN)
def test_what_the_grammar_allows_is_taken_by_both(name: str) -> None:
    assert check(written(**TAKEN[name]))


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_no_page_of_ours_writes_is_taken_by_siwe_alone(name: str) -> None:
    text = written(**TOO_MUCH[name])
    assert theirs(text) is not None
    assert ours(text) is None


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_grammar_does_not_allow_is_refused_by_both(name: str) -> None:
    text = written(**REFUSED[name])
    assert theirs(text) is None
    assert ours(text) is None
    if name != "a nonce with a dash":  # which the same marketplace has
        with pytest.raises(ParameterError):
            read_sign_in(text, now=NOW, of_marketplace=True)


@pytest.mark.parametrize("name", TAKEN)
def test_what_siwe_writes_is_the_same_text_and_signed_alike(name: str) -> None:
    account = Account.from_key(b"\x0e" * 32)
    text = written(**TAKEN[name] | {"address": account.address})
    message = theirs(text)
    if name != "an empty request":  # which siwe leaves out
        assert message.prepare_message() == text
    signature = account.sign_message(encode_defunct(text=message.prepare_message())).signature
    moment = datetime.fromtimestamp(NOW, UTC)
    message.verify(signature.hex(), domain=message.domain, nonce=message.nonce, timestamp=moment)
    assert ours(message.prepare_message()) is not None


def test_both_take_what_the_page_writes() -> None:
    assert check("".join(PARTS))
    assert check("".join(PARTS[:4] + PARTS[6:24]))


def test_the_line_of_one_marketplace_is_taken_for_it_alone() -> None:
    text = "".join(PARTS).replace("your Ethereum account", "your account")
    assert ours(text) is None
    assert read_sign_in(text, now=NOW, of_marketplace=True).domain == "service.org"
