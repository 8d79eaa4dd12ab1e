"""Links a wallet: the message that its owner signs (EIP-4361), and its checks.

The message is for the page's own domain, whatever a request says of it, for the chain of the
shares, and for one account and one wallet, once.
"""

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ganshare.errors import ParameterError, quoted
from ganshare.sentences import sentence
from ganshare.store import Store

if TYPE_CHECKING:
    from ganshare.shares.reader import ShareReader

__all__ = ["WalletLinks", "read_wallet"]

_SECONDS = 600
_UNDEPLOYED = bytes.fromhex("6492") * 16  # how such a signature ends, see EIP-6492
_LONGEST_SIGNATURE = 16_384  # bytes; contract wallets have long ones
_MINUTE_BLANKS = re.compile(r"[^A-Za-z0-9._~:@-]")


def read_wallet(text: str) -> str:
    """Read a wallet's address; gives it with its checksum.

    Raises:
        ParameterError: it is none.
    """
    from eth_utils.address import is_hex_address, to_checksum_address

    if not is_hex_address(text) or not text.startswith("0x"):
        raise ParameterError(sentence("wallet-address", given=quoted(text)), given=text)
    return str(to_checksum_address(text))


@dataclass(frozen=True, slots=True)
class WalletLinks:
    """Links wallets on one page.

    Args:
        site: the page's own address, such as https://paint.example.
        chain_id: that the message is for.
        cooldown: seconds for which an unlinked wallet goes to nobody else.
        reader: of the chain, for contract wallets; None without a chain.
    """

    store: Store
    site: str
    chain_id: int
    cooldown: float
    reader: "ShareReader | None" = None

    @property
    def _uri(self) -> str:
        return f"{self.site}/shares"

    async def message(self, account: str, wallet: str) -> str:
        """Write the message for an account and a wallet; raises ParameterError."""
        address = read_wallet(wallet)
        nonce = await self.store.shares.wallets.new_nonce(account, address)
        now = int(time.time())
        issued, expires = (
            datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            for each in (now, now + _SECONDS)
        )
        return (
            f"{self._begins(account, address, nonce)}"
            f"Issued At: {issued}\nExpiration Time: {expires}"
        )

    def _begins(self, account: str, address: str, nonce: str) -> str:
        """All of a message but its times."""
        who = _MINUTE_BLANKS.sub("-", account)[:100]
        return (
            f"{urlsplit(self.site).netloc} wants you to sign in with your Ethereum account:\n"
            f"{address}\n\n"
            f"Link this wallet to the account {who}. This costs nothing and moves nothing.\n\n"
            f"URI: {self._uri}\nVersion: 1\nChain ID: {self.chain_id}\nNonce: {nonce}\n"
        )

    async def link(self, account: str, text: str, signature: str) -> str:
        """Link the wallet that signed a message; gives its address.

        Raises:
            ParameterError: the message is not one of this page for this account, at this moment
                and for the first time; or the signature is not the wallet's; or the wallet is
                someone else's.
            WorldError: a contract wallet cannot be asked now.
        """
        from ganshare.chain.sign_in import read_sign_in

        try:
            read = read_sign_in(text)
        except ParameterError as error:
            if error.given is None:
                raise ParameterError(sentence("wallet-message")) from error
            raise ParameterError(sentence("wallet-expired")) from error
        domain = urlsplit(self.site).netloc
        for given, allowed in ((read.domain, domain), (read.uri, self._uri)):
            if given.lower() != allowed.lower():
                said = sentence("wallet-elsewhere", given=quoted(given), allowed=allowed)
                raise ParameterError(said, given=given, allowed=allowed)
        if read.chain_id != self.chain_id:
            given, allowed = str(read.chain_id), str(self.chain_id)
            raise ParameterError(sentence("wallet-chain", given=given, allowed=allowed))
        if read.expires is None:
            raise ParameterError(sentence("wallet-message"))
        # Used up by whatever comes with it, so that nobody tries a second signature.
        await self.store.shares.wallets.use_nonce(read.nonce, account, read.address)
        # Whoever signs must have read which account it is for.
        if not text.startswith(self._begins(account, read.address, read.nonce)):
            raise ParameterError(sentence("wallet-message"))
        await self._check_signature(read.address, text, _bytes_of(signature, read.address))
        await self.store.shares.wallets.link(account, read.address, self.cooldown)
        return read.address

    async def _check_signature(self, address: str, text: str, signature: bytes) -> None:
        from eth_account import Account
        from eth_account.messages import encode_defunct
        from eth_utils.crypto import keccak

        if signature.endswith(_UNDEPLOYED):
            raise ParameterError(sentence("wallet-undeployed", given=address), given=address)
        message = encode_defunct(text=text)
        with suppress(Exception):  # whatever the libraries say of bytes
            if Account.recover_message(message, signature=signature) == address:
                return
        # As EIP-191 has it, which is what a contract wallet is asked about.
        digest = keccak(b"\x19" + message.version + message.header + message.body)
        if self.reader is None or not await self.reader.accepts(address, digest, signature):
            raise ParameterError(sentence("wallet-signature", given=address), given=address)


def _bytes_of(signature: str, address: str) -> bytes:
    digits = signature.removeprefix("0x")
    if len(digits) <= 2 * _LONGEST_SIGNATURE and re.fullmatch("(?:[0-9a-fA-F]{2})+", digits):
        return bytes.fromhex(digits)
    raise ParameterError(sentence("wallet-signature", given=address), given=address)
