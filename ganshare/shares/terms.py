"""What the owner's settings say of shares: which tokens count, and what each is good for."""

from dataclasses import dataclass

from ganshare.domain.shares import DAY, ShareToken, Terms
from ganshare.errors import SettingsError, quoted
from ganshare.settings import AdminSettings, SharesSettings, load

__all__ = ["GateSettings", "load_gate"]

_DIGITS = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class GateSettings:
    """A gate as it is configured.

    Args:
        urls: endpoints of the chain.
        sweep_seconds: from one look at the chain to the next.
        confirmations: blocks for which a wallet must have had a share.
        cooldown: seconds for which an unlinked wallet goes to nobody else.
        discord_role: "SERVER:ROLE".
        telegram_chat: that holders are invited to.
    """

    token: ShareToken
    terms: Terms
    urls: tuple[str, ...]
    sweep_seconds: float = 30.0
    confirmations: int = 12
    cooldown: float = 7 * DAY
    discord_role: str | None = None
    telegram_chat: str | None = None


def load_gate() -> GateSettings | None:
    """Read the settings; None if there is no gate.

    Raises:
        SettingsError: the contract's address is none, or there is no endpoint of its chain.
    """
    admin, shares = load(AdminSettings), load(SharesSettings)
    contract = admin.gate_contract
    if contract is None:
        return None
    if not (contract[:2] == "0x" and len(contract) == 42 and _DIGITS.issuperset(contract[2:])):
        message = f"ADMIN_GATE_CONTRACT is {quoted(contract)}; it must be an address, 0x and 40 "
        raise SettingsError(f"{message}hexadecimal digits.", given=contract)
    urls = admin.rpc_urls.get_secret_value()
    if not urls:
        raise SettingsError(
            "ADMIN_GATE_CONTRACT is set, and no endpoint of its chain; ADMIN_RPC_URLS takes them."
        )
    token = ShareToken(admin.chain_id, contract.lower(), admin.gate_token_id)
    terms = Terms(
        tokens=tuple(token.names),
        seconds=shares.hours * 3600,
        period=shares.period_days * DAY,
        weight=shares.weight,
        others_per_day=shares.others_per_day,
    )
    return GateSettings(
        token,
        terms,
        urls,
        shares.sweep_seconds,
        shares.confirmations,
        shares.cooldown_days * DAY,
        shares.discord_role,
        shares.telegram_chat,
    )
