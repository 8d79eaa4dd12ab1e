"""Checks uploaded pictures before they are queued, with the safety check that the owner chose.

Without one, the engine judges them as it begins; it has a check of its own, and torch.
"""

from ganshare.monitoring.log import get_logger
from ganshare.safety import SafetyCheck, find_safety_check

__all__ = ["upload_check"]

OFF = "off"

_log = get_logger(__name__)


def upload_check(name: str) -> SafetyCheck | None:
    """Give the check of that name; None for "off".

    Raises:
        SettingsError: no installed package offers it.
    """
    return None if name == OFF else find_safety_check(name, (OFF,))
