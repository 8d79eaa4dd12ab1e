"""Decides whether a person may open unlockable content: the chain is asked at that moment."""

from ganshare.domain.shares import Unlockable
from ganshare.errors import AdmissionError, ParameterError, WorldError
from ganshare.sentences import sentence
from ganshare.shares.gate import Gate
from ganshare.store import Store

__all__ = ["unlocking_wallet"]


async def unlocking_wallet(store: Store, gate: Gate, person: str, unlockable: Unlockable) -> str:
    """Give the wallet of a person that has the token now.

    Raises:
        ParameterError: none has.
        AdmissionError: the chain cannot be read.
    """
    wallets = [each.wallet for each in await store.shares.wallets.of_person(person)]
    names = gate.settings.token.names
    if wallets and unlockable.token in names:
        token = {unlockable.token: names[unlockable.token]}
        try:
            height = await gate.reader.height()
            balances = await gate.reader.balances(wallets, height, token)
        except WorldError as error:
            raise AdmissionError(sentence("share-unchecked")) from error
        held = balances[unlockable.token]
        if found := next((wallet for wallet in wallets if held.get(wallet)), None):
            return found
    raise ParameterError(sentence("unlockable-token"), given=unlockable.token)
