"""The wallet's Python side: answers or refuses a page's requests."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from admin.browser.errors import Code, RequestRefused
from admin.browser.policy import Policy, Wanted
from admin.marketplace.seaport.order import Domain, Order
from admin.wallet.signer import PolicyError, Signer
from ganshare.errors import quoted
from ganshare.monitoring.log import get_logger

__all__ = ["Request", "Wallet"]

_log = get_logger(__name__)

Record = Callable[[Wanted, Order, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a page asked for, with the origin that the browser says it has."""

    id: int
    origin: str
    method: str
    params: Any


class Wallet:
    """A key behind a policy, for pages.

    Args:
        record: called with an order before the page gets its signature.

    `refusals` says what no honest page would have asked for.
    """

    def __init__(self, signer: Signer, policy: Policy, record: Record) -> None:
        self._signer = signer
        self._policy = policy
        self._record = record
        self.wanted: Wanted | None = None
        self.refusals: list[str] = []

    @property
    def address(self) -> str:
        """Whose account it is."""
        return self._policy.owner

    async def answer(self, request: Request) -> Any:
        """Do what is asked for.

        Raises:
            RequestRefused: the owner did not allow it; it is logged.
        """
        try:
            self._policy.check_origin(request.origin)
            return await self._answer(request.method, request.params)
        except RequestRefused as error:
            self._refuse(request, error)
            raise
        except PolicyError as error:
            self._refuse(request, error)
            raise RequestRefused(str(error)) from error

    def _refuse(self, request: Request, error: Exception) -> None:
        # Honest pages, too, ask for what not every wallet knows, and for other chains.
        if getattr(error, "code", None) not in (Code.UNSUPPORTED, Code.UNKNOWN_CHAIN):
            self.refusals.append(f"{request.method}: {error}")
        _log.warning(
            "the wallet refused", method=request.method, origin=request.origin, reason=str(error)
        )

    async def _answer(self, method: str, params: Any) -> Any:
        match method:
            case "eth_requestAccounts" | "eth_accounts":
                return [self.address]
            case "eth_chainId":
                return hex(self._policy.chain_id)
            case "net_version":
                return str(self._policy.chain_id)
            case "wallet_getPermissions" | "wallet_requestPermissions":
                return [{"parentCapability": "eth_accounts", "caveats": []}]
            case "wallet_switchEthereumChain":
                return self._switch(params)
            case "personal_sign":
                return self._sign_in(params)
            case "eth_signTypedData_v4":
                return await self._sign_order(params)
        if method.startswith(("eth_send", "eth_sign", "wallet_send", "wallet_add", "wallet_watch")):
            message = f"The wallet never does {quoted(method)}; it signs listings and signs in."
            raise RequestRefused(message, Code.UNAUTHORIZED)
        raise RequestRefused(f"The wallet does not know {quoted(method)}.", Code.UNSUPPORTED)

    def _switch(self, params: Any) -> None:
        wanted = params[0] if isinstance(params, list) and params else None
        chain = wanted.get("chainId") if isinstance(wanted, Mapping) else None
        if chain != hex(self._policy.chain_id):
            raise RequestRefused(
                f"The wallet stays on chain {self._policy.chain_id}, and does not go to "
                f"{quoted(chain)}.",
                Code.UNKNOWN_CHAIN,
            )

    def _sign_in(self, params: Any) -> str:
        text, account = _two(params)
        return "0x" + self._signer.sign_in(self._policy.read_sign_in(text, account)).hex()

    async def _sign_order(self, params: Any) -> str:
        account, typed = _two(params)
        wanted = self.wanted
        if wanted is None:
            raise RequestRefused("No item is being listed now, so that no typed data is signed.")
        order = self._policy.read_order(typed, account, wanted)
        domain = Domain(self._policy.chain_id, self._policy.seaport)
        (signature,) = self._signer.sign_listings([order], domain)
        self.wanted = None  # one signature for each listing
        await self._record(wanted, order, signature)
        return "0x" + signature.hex()


def _two(params: Any) -> tuple[Any, Any]:
    if not isinstance(params, list) or len(params) < 2:
        raise RequestRefused("The request needs a list of two parameters.")
    return params[0], params[1]
