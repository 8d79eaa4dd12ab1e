"""What the extra "bot" brings is asked for in one sentence where it is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from ganshare.errors import SettingsError

__all__ = ["needs_extra"]

_BROUGHT = ("discord", "fluent", "jinja2", "multipart", "python_multipart", "telegram")


@contextmanager
def needs_extra() -> Iterator[None]:
    """Raise SettingsError instead of an import that fails for want of the extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _BROUGHT:
            raise
        message = f"The package {error.name} is missing; pip install 'ganshare[bot]' brings it."
        raise SettingsError(message, given=error.name) from error
