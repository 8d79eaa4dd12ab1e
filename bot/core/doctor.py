"""What `ganshare bot doctor` finds: each check with its verdict and what to do about it."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: what, such as "Discord token".
        ok: whether it is as it should be.
        advice: what to click where, in a sentence or two; what was found, if all is well.
        is_needed: without it nothing works; else only something is missing.
    """

    name: str
    ok: bool
    advice: str = ""
    is_needed: bool = True
