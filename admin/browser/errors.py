"""Errors of the browser route, and the codes that a page gets for them."""

from enum import IntEnum

from ganshare.errors import AskerError, WorldError

__all__ = [
    "BrowserGone",
    "Code",
    "NeedsHuman",
    "NotThere",
    "RequestRefused",
    "StepFailed",
    "TooManyFailures",
]


class Code(IntEnum):
    """What wallets answer when they don't do it (EIP-1193, EIP-3326)."""

    REFUSED = 4001
    UNAUTHORIZED = 4100
    UNSUPPORTED = 4200
    UNKNOWN_CHAIN = 4902


class RequestRefused(AskerError):  # noqa: N818  # says what is the case
    """A page asked the wallet for something that the owner did not allow."""

    code: Code  # type: ignore[assignment]  # the wallet's, for the page

    def __init__(self, message: str, code: Code = Code.REFUSED) -> None:
        super().__init__(message)
        self.code = code


class StepFailed(WorldError):  # noqa: N818  # says what is the case
    """A step on a page did not come to its end; the next item may fare better."""


class NotThere(StepFailed):
    """Something is not on the page, or not yet; nothing was pressed."""


class BrowserGone(WorldError):  # noqa: N818  # says what is the case
    """The browser cannot be reached any more, or never came up."""


class TooManyFailures(WorldError):  # noqa: N818  # says what is the case
    """Several items in a row failed: something is wrong with more than them."""


class NeedsHuman(AskerError):  # noqa: N818  # says what is the case
    """The page shows what only a person may answer: a CAPTCHA, or a dialog that nobody knows."""
