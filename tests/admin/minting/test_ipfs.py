"""CIDs are kubo's; services must agree with them."""

import hashlib

import httpx
import pytest

from admin.minting.ipfs import CHUNK, IpfsError, Kubo, Pinata, Pinner, cid_of, raw_digest
from admin.testing.services import Collector
from ganshare.errors import InternalError


@pytest.mark.parametrize(
    ("data", "cid"),
    [
        # as `ipfs add --cid-version=1` gives them
        (b"", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        (b"hello world", "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"),
    ],
)
def test_known_files_have_their_known_cids(data: bytes, cid: str) -> None:
    assert cid_of(data) == cid


def test_a_file_of_several_chunks_is_a_tree() -> None:
    assert cid_of(b"x" * CHUNK).startswith("bafkrei")
    assert cid_of(b"x" * (CHUNK + 1)).startswith("bafybei")


def test_metadata_must_be_one_block() -> None:
    assert raw_digest(b"{}") == hashlib.sha256(b"{}").digest()
    with pytest.raises(InternalError, match="more than one block"):
        raw_digest(b"x" * (CHUNK + 1))


async def test_files_are_pinned_with_every_service_under_our_own_cid() -> None:
    node, cloud = Collector(), Collector()
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(node.app)) as one,
        httpx.AsyncClient(transport=httpx.ASGITransport(cloud.app)) as other,
    ):
        pinner = Pinner(Kubo("http://node/api/v0", one), Pinata("http://cloud", "token", other))
        found = await pinner.pin("a.png", b"picture")
        assert found == cid_of(b"picture")
        assert node.files == cloud.files == {found: b"picture"}
        cloud.wrong = True
        with pytest.raises(IpfsError, match="CID version 1, raw leaves"):
            await pinner.pin("a.png", b"picture")


async def test_a_look_at_services_leaves_nothing_there() -> None:
    node = Collector()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(node.app)) as client:
        kubo = Kubo("http://node/api/v0", client)
        found = await Pinner(kubo, Pinata("http://cloud", "token", client)).check()
        assert found == ["node computes the CIDs that we do", "cloud accepts the token"]
        assert node.files == {}
        with pytest.raises(IpfsError, match="refused the token with HTTP 401"):
            await Pinata("http://cloud", "wrong", client).check()
        node.wrong = True
        with pytest.raises(IpfsError, match="CID version 1, raw leaves"):
            await kubo.check()


async def test_a_service_that_is_away_or_refuses_is_named_without_its_token() -> None:
    async def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("token in here")

    async def refusing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401)

    for behave, message in ((away, "at cloud is away"), (refusing, "HTTP 401")):
        async with httpx.AsyncClient(transport=httpx.MockTransport(behave)) as client:
            with pytest.raises(IpfsError, match=message) as raised:
                await Pinata("http://cloud", "secret-token", client).add("a.png", b"")
            assert "token" not in str(raised.value)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (httpx.Response(200, json=["Hash"]), "something else .* in place of a JSON object"),
        (httpx.Response(200, html="<html><title>Sign in</title>"), "the web page 'Sign in'"),
        (httpx.Response(403, html="<html>"), "a web page .HTTP 403."),
        (httpx.Response(200, content=b"[" * 100_000), "something else"),
        (httpx.Response(200, json={}), "CID version 1"),
    ],
)
async def test_an_answer_that_is_none_of_a_nodes_is_told_in_a_sentence(
    response: httpx.Response, message: str
) -> None:
    transport = httpx.MockTransport(lambda _: response)
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(IpfsError, match=message):
            await Pinner(Kubo("http://node/api/v0", client)).pin("a.png", b"picture")
