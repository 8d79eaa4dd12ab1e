"""Strangers' pictures at the door: a check of the owner's choice may refuse them before the queue.

Without one, the engine judges them as it begins; it has a check of its own, and torch.
"""

from ganshare.monitoring.log import get_logger
from ganshare.safety import SafetyCheck, find_safety_check

__all__ = ["door_check"]

OFF = "off"

_log = get_logger(__name__)


def door_check(name: str) -> SafetyCheck | None:
    """Give the check of that name; None for "off".

    Raises:
        SettingsError: no installed package offers it.
    """
    return None if name == OFF else find_safety_check(name, (OFF,))
