"""OpenSea's API for SelfMint drops: reads a drop, uploads pictures, has items' transactions built.

An item is created by a transaction that OpenSea builds and the drop's owner signs. Nothing of what
is asked for here changes anything that counts: it may be asked for again.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from eth_utils.address import is_hex_address, to_checksum_address
from pydantic import BaseModel, Field, RootModel

from admin.marketplace.opensea import OpenSea, OpenSeaAway, read_answer, reason_of
from admin.marketplace.terms import is_name_of
from ganshare.errors import SettingsError, WorldError

__all__ = ["Drop", "DropApi", "ItemCall", "ItemRefused", "Stage"]


class ItemRefused(WorldError):  # noqa: N818  # says what is the case
    """OpenSea does not take an item, or wants a call for it that is not one to sign."""


class Stage(BaseModel):
    """When, for how much and in which currency a drop's items can be bought.

    Args:
        price: in smallest units of `price_currency_address`; None if it is not told.
    """

    stage_type: str
    start_time: str
    end_time: str
    price: int | None = None
    price_currency_address: str


class Drop(BaseModel):
    """A drop, as far as we look at it."""

    collection_slug: str
    chain: str
    contract_address: str
    drop_type: str
    opensea_url: str
    stages: list[Stage]


class _Upload(BaseModel):
    # The address and the fields are secrets for as long as they hold: they are in no message.
    url: str = Field(repr=False)
    method: Literal["POST", "PUT"]
    fields: dict[str, str] = Field(repr=False)
    token: str = Field(min_length=1, repr=False)


class _Call(BaseModel):
    to: str
    data: str
    value: str
    chain: str


class _Uploads(RootModel[list[_Upload]]):
    pass


@dataclass(frozen=True, slots=True)
class ItemCall:
    """The call of a contract that creates an item."""

    to: str
    data: bytes

    @property
    def selector(self) -> bytes:
        """Which function it calls."""
        return self.data[:4]


class DropApi(OpenSea):
    """The API with the access token of the wallet that owns the drop.

    Args:
        token: of `opensea login`, with the right write:drops.
        patience: and the others, as `OpenSea` takes them.
    """

    def __init__(
        self, base: str, key: str, client: httpx.AsyncClient, *, token: str, **patience: float
    ) -> None:
        super().__init__(base, key, client, **patience)
        self._headers["authorization"] = f"Bearer {token}"

    async def drop(self, slug: str, contract: str, chain_id: int) -> Drop:
        """Read a drop.

        Raises:
            SettingsError: there is none, or it is another contract's, chain's or kind's.
            OpenSeaAway: it cannot be read now.
        """
        response = await self._repeat("GET", f"drops/{slug}")
        if not response.is_success:
            raise SettingsError(f"OpenSea has no drop {slug}; ADMIN_OPENSEA_COLLECTION names it.")
        found = read_answer(response, Drop)
        is_ours = found.contract_address.lower() == contract.lower()
        if not is_ours or not is_name_of(found.chain, chain_id):
            raise SettingsError(
                f"The drop {slug} is of the contract {found.contract_address} on {found.chain}; "
                f"ADMIN_COLLECTION says {contract}, on the chain {chain_id}.",
                given=found.contract_address,
                allowed=contract,
            )
        if found.drop_type.startswith("seadrop"):
            raise SettingsError(
                f"The drop {slug} is of the type {found.drop_type}; single items can be added to "
                "SelfMint drops only. `--route contract` and `--route browser` are the other ways.",
                given=found.drop_type,
            )
        return found

    async def upload(self, slug: str, name: str, picture: bytes, media_type: str) -> str:
        """Upload a picture; gives the name by which an item takes it.

        Raises:
            OpenSeaAway: it cannot be uploaded now.
            ItemRefused: OpenSea does not want it.
        """
        deadline, pause = time.monotonic() + self._outage, self._pace
        while True:
            upload = await self._ask_for_upload(slug, name)
            if (reason := await self._store(upload, name, picture, media_type)) is None:
                return upload.token
            if time.monotonic() + pause > deadline:
                raise OpenSeaAway(f"OpenSea's storage of pictures answered with {reason}.")
            await asyncio.sleep(pause)
            pause *= 1.5

    async def build_item(self, drop: Drop, body: dict[str, Any], target: str) -> ItemCall:
        """Have the call built that creates an item.

        Args:
            body: as the API takes it.
            target: the only contract that may be called.

        Raises:
            ItemRefused: it is not taken, or the call is none to sign.
            OpenSeaAway: it cannot be built now.
        """
        path = f"drops/{drop.collection_slug}/items"
        response = await self._repeat("POST", path, json=body)
        if not response.is_success:
            raise ItemRefused(f"OpenSea refused the item: {reason_of(response)}.")
        found = read_answer(response, _Call)
        try:
            data, value = bytes.fromhex(found.data.removeprefix("0x")), int(found.value, 16)
        except ValueError:
            raise OpenSeaAway("OpenSea's call for the item cannot be read.") from None
        if not is_hex_address(found.to) or to_checksum_address(found.to) != target:
            raise ItemRefused(
                f"OpenSea wants to call {found.to} for the item, and not {target}. If you know "
                "that contract, ADMIN_DROP_TARGET allows it.",
                given=found.to,
                allowed=target,
            )
        if value or found.chain != drop.chain or len(data) < 4:
            raise ItemRefused(
                f"OpenSea's call for the item is none to sign: {len(data)} bytes that send {value} "
                f"wei on {found.chain}.",
                given=value,
                allowed=0,
            )
        return ItemCall(target, data)

    async def _ask_for_upload(self, slug: str, name: str) -> _Upload:
        path, body = f"drops/{slug}/items/media", {"filenames": [name]}
        response = await self._repeat("POST", path, json=body, is_list=True)
        if not response.is_success:
            raise ItemRefused(f"OpenSea takes no picture: {reason_of(response)}.")
        found = read_answer(response, _Uploads).root
        if len(found) != 1:
            raise OpenSeaAway(f"OpenSea gave {len(found)} addresses to upload one picture to.")
        return found[0]

    async def _store(
        self, upload: _Upload, name: str, picture: bytes, media_type: str
    ) -> str | None:
        """Hand a picture over; gives why it did not work. It is no place for OpenSea's keys."""
        form: dict[str, Any] = {"content": picture}
        if upload.method == "POST":  # the file comes last
            kind = upload.fields.get("Content-Type", media_type)
            form = {"data": upload.fields, "files": {"file": (name, picture, kind)}}
        try:
            response = await self._client.request(upload.method, upload.url, **form)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__  # whose own words have the address
        return None if response.is_success else f"HTTP {response.status_code}"

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = await super()._ask(method, path, **options)
        except SettingsError as error:
            raise self._locked(str(error)) from error
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise self._locked(f"OpenSea answered with HTTP {response.status_code}.")
        return response

    @staticmethod
    def _locked(reason: str) -> SettingsError:
        return SettingsError(
            f"{reason} Items of a drop take ADMIN_OPENSEA_API_KEY and, in ADMIN_OPENSEA_TOKEN, an "
            "access token of the wallet that owns it, with the right write:drops; `opensea login` "
            "gives one for some time."
        )
