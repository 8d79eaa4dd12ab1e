"""A run's budget: spending is limited to the confirmed sum unless more is confirmed."""

from collections.abc import Awaitable, Callable, Iterable

from admin.ledger import Transaction
from admin.wallet.fees import GWEI, Fees
from ganshare.errors import WorldError

__all__ = ["AgreementExceeded", "Ask", "Budget"]

Ask = Callable[[str, int], Awaitable[bool]]  # why, the new sum in wei -> whether it is agreed to


class AgreementExceeded(WorldError):  # noqa: N818  # says what is the case
    """Going on would cost more than was agreed to."""


class Budget:
    """The agreement of one run, and what the run has spent of it.

    Args:
        gas: units that all transactions need, at most.
        price: of a unit, in wei, at most; gas * price is the sum that was shown.
        under_way: what earlier runs left; it counts with its most, as in the sum shown.
        ask: asks for more; without it the run stops instead.
    """

    def __init__(
        self, gas: int, price: int, under_way: Iterable[Transaction] = (), ask: Ask | None = None
    ) -> None:
        waiting = list(under_way)
        self.price = price
        self._ask = ask
        self._most = {each.nonce: each.cost for each in waiting}
        self._paid: dict[int, int] = {}
        self.agreed = gas * price + sum(max(each.cost, each.gas * price) for each in waiting)

    @property
    def paid(self) -> int:
        """What was included cost, in wei."""
        return sum(self._paid.values())

    @property
    def spent(self) -> int:
        """The same, and the most that what is under way may cost."""
        return self.paid + sum(self._most.values())

    def hold(self, nonce: int, most: int) -> None:
        """Note that a transaction under way costs up to so much."""
        self._most[nonce] = most

    def settle(self, nonce: int, cost: int) -> None:
        """Note what a transaction cost."""
        self._most.pop(nonce, None)
        self._paid[nonce] = cost

    async def fit(self, nonce: int, gas: int, fees: Fees, least: int) -> Fees:
        """Bring a transaction's fees under what was agreed to, or ask for more.

        Args:
            least: max_fee with which it can be included now.

        Raises:
            AgreementExceeded: nobody agrees to more.
        """
        others = self.spent - self._most.get(nonce, 0)
        left = self.agreed - others
        most = min(fees.max_fee, self.price, left // gas)
        if most >= least:
            return Fees(most, min(fees.priority, most))
        price = max(self.price, fees.max_fee)
        # What is left to do becomes dearer, too.
        wanted = max(others + gas * fees.max_fee, self.agreed * price // self.price)
        why = "It takes more gas than was counted"
        if least > self.price:
            now, before = fees.max_fee / GWEI, self.price / GWEI
            why = f"Gas costs up to {now:.4g} gwei now, and {before:.4g} were agreed to"
        if self._ask is None or not await self._ask(why, wanted):
            raise AgreementExceeded(
                f"{why}: in all this run would cost up to {wanted / 10**18:.6g} coins, and "
                f"{self.agreed / 10**18:.6g} were agreed to, of which {self.paid / 10**18:.6g} are "
                "paid. Nothing more was sent; the next run shows the new sum and continues.",
                given=wanted,
                allowed=self.agreed,
            )
        self.agreed, self.price = wanted, price
        return fees
