"""Image safety checks: the built-in one, or an installed one by name."""

from engine.model_cache import ModelCache
from engine.safety.probe import PerceptorCheck, Probe
from ganshare.safety import SafetyCheck, find_safety_check

__all__ = ["EMBEDDED", "OFF", "PerceptorCheck", "Probe", "safety_check"]

EMBEDDED, OFF = "embedded", "off"


def safety_check(name: str, models: ModelCache) -> SafetyCheck | None:
    """Give the check of that name; None for "off".

    Raises:
        SettingsError: no installed package offers it.
        ModelError: the perceptor's files are not what its card says.
    """
    if name == OFF:
        return None
    if name == EMBEDDED:
        return PerceptorCheck.of(models)
    return find_safety_check(name, (EMBEDDED, OFF))
