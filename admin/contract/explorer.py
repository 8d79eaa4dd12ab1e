"""Source verification: submits the contract's source to an Etherscan-like explorer.

https://docs.etherscan.io/contract-verification/verify-with-api
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from admin.contract.collection import arguments_of, artifact, is_known_source
from admin.json_answers import read_object
from ganshare.errors import SettingsError, WorldError, quoted

__all__ = ["Explorer", "check_input", "constructor_arguments"]

_NAME = "Paintings.sol:Paintings"


def check_input(text: str) -> Mapping[str, Any]:
    """Read the compiler's whole input, as `make contracts` leaves it.

    Raises:
        SettingsError: it is none, or of another contract than the one that `deploy` makes.
    """
    try:
        found = json.loads(text)
        ours = found["sources"]["Paintings.sol"]["content"]
        settings = {name: found["settings"][name] for name in artifact()["settings"]}
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError("This is not a compiler input; `make contracts` makes one.") from error
    if not is_known_source(str(ours)) or settings != artifact()["settings"]:
        raise SettingsError(
            "The compiler's input is of another contract than this GANshare's; `make contracts` "
            "makes it anew, in the version that deployed the collection."
        )
    return dict(found)


def constructor_arguments(data: bytes) -> bytes:
    """What follows the bytecode in a deployment.

    Raises:
        SettingsError: it deployed something else.
    """
    found = arguments_of(data)
    if found is None:
        raise SettingsError("The collection was deployed from another version of the contract.")
    return found


class Explorer:
    """An explorer's API.

    Args:
        look: seconds between two looks whether it is done; `patience`, for how long.
    """

    def __init__(
        self,
        api: str,
        key: str,
        chain_id: int,
        client: httpx.AsyncClient,
        *,
        look: float = 5.0,
        patience: float = 300.0,
    ) -> None:
        self._api = api
        self._params = {"chainid": str(chain_id), "module": "contract", "apikey": key}
        self._client = client
        self._look = look
        self._patience = patience

    async def submit(self, address: str, whole: Mapping[str, Any], arguments: bytes) -> str:
        """Submit the source; gives the number to ask about it with.

        Raises:
            WorldError: the explorer refuses it, or is away.
        """
        version = str(artifact()["compiler"])
        form = {
            "contractaddress": address,
            "sourceCode": json.dumps(whole),
            "codeformat": "solidity-standard-json-input",
            "contractname": _NAME,
            "compilerversion": "v" + version.partition(".Emscripten")[0],
            "constructorArguments": arguments.hex(),
            "constructorArguements": arguments.hex(),  # as it was spelt at first
        }
        status, result = await self._ask("POST", {"action": "verifysourcecode"}, form)
        if status != "1":
            raise WorldError(f"The explorer refused the source: {quoted(result)}.", given=result)
        return result

    async def wait_until_done(self, number: str) -> str:
        """Wait until the explorer has compiled it; gives what it says then.

        Raises:
            WorldError: other bytes came out, or it takes too long.
        """
        for _ in range(max(1, round(self._patience / self._look))):
            asked = {"action": "checkverifystatus", "guid": number}
            status, result = await self._ask("GET", asked)
            if status == "1" or "already verified" in result.lower():
                return result
            if "pending" not in result.lower():
                raise WorldError(f"The explorer could not verify it: {quoted(result)}.")
            await asyncio.sleep(self._look)
        raise WorldError(f"The explorer is still at it; ask later about {quoted(number)}.")

    async def _ask(
        self, method: str, params: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        try:
            response = await self._client.request(
                method, self._api, params={**self._params, **params}, data=form, timeout=60.0
            )
            response.raise_for_status()
            values = read_object(response, "The explorer")
            return str(values["status"]), str(values["result"])
        except (httpx.HTTPError, KeyError) as error:
            # The library's message has the address with the key in it, hence only its kind.
            host = httpx.URL(self._api).host
            message = f"The explorer at {host} gave no answer: {type(error).__name__}."
            raise WorldError(message) from None
