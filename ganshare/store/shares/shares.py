"""`Shares`: all that the store knows of shares, in its parts."""

from ganshare.store.db.database import Database
from ganshare.store.shares.holdings import Holdings
from ganshare.store.shares.unlockables import Unlockables
from ganshare.store.shares.usage import Usage
from ganshare.store.shares.wallets import Wallets

__all__ = ["Shares"]


class Shares:
    """The parts about shares.

    Attributes:
        wallets: which are linked to whom.
        holdings: what they hold, as the chain says.
        usage: what that pays for, and what is left.
        unlockables: what it unlocks.
    """

    def __init__(self, database: Database) -> None:
        self.wallets = Wallets(database)
        self.holdings = Holdings(database)
        self.usage = Usage(database)
        self.unlockables = Unlockables(database)
