"""Structured logging to stderr, as JSON or for a terminal, with secrets masked.

`start_log` is called once, in a `__main__`; all other code calls `get_logger(__name__)` and
`log.info("painting published", job=job.id, seconds=3.1)`: an event in plain words, and its values
by name. Values that hold for a while are bound with `structlog.contextvars.bound_contextvars`.
What libraries log through `logging` takes the same way.
"""

import hashlib
import logging
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from ganshare.settings import CoreSettings, Settings
from ganshare.settings.masking import MASK, is_secret_name, mask_known, mask_urls_within
from ganshare.settings.provenance import known_secrets

__all__ = ["Redactor", "get_logger", "pseudonym", "start_log"]

# These say at INFO what we say ourselves, or one line for each request to /healthz.
_QUIET = ("aiosqlite", "asyncio", "httpx", "uvicorn.access", "uvicorn.error")


def start_log(
    process: str, core: CoreSettings, *others: Settings, stream: TextIO | None = None
) -> None:
    """Set up logging for this process.

    Args:
        process: its name, in every line: "engine", "up".
        core: form and level of the log, and the URLs whose passwords are masked.
        others: further settings whose secrets are masked.
        stream: stderr if left out.
    """
    stream = sys.stderr if stream is None else stream
    as_json = core.log == "json" or (core.log == "auto" and not stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _named(process),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            # Libraries hand over their values as %-arguments, which are in the message by now.
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Redactor(known_secrets(core, *others)),
                _renderer(as_json=as_json, colours=_wants_colours(stream)),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(core.log_level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_thread_death
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # loggers made at import must see this configuration
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of one module; it may be made before `start_log` was called."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def pseudonym(person: str) -> str:
    """Stand in for a person in logs: the same one each time, and not their chat account."""
    return hashlib.blake2s(person.encode(), digest_size=5, person=b"ganshare").hexdigest()


class Redactor:
    """Masks secrets in one event: by the name of a value, by its form, and those known by heart.

    Args:
        known: secret texts of this process's settings, masked wherever they stand.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = tuple(known)

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Mask one event; structlog calls it as a processor."""
        return {name: self._masked(name, value) for name, value in event.items()}

    def _masked(self, name: str, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if is_secret_name(name):
            return MASK
        if isinstance(value, int | float):
            return value
        if isinstance(value, Mapping):
            return {str(key): self._masked(str(key), each) for key, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._masked("", each) for each in value]
        text = value if isinstance(value, str) else str(value)
        return mask_known(mask_urls_within(text), self._known)


def _named(process: str) -> Processor:
    def add_process(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        event.setdefault("process", process)
        return event

    return add_process


def _renderer(*, as_json: bool, colours: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=False)
    # Tracebacks are text already: structlog's own would print local variables, secrets included.
    return structlog.dev.ConsoleRenderer(colors=colours)


def _wants_colours(stream: TextIO) -> bool:
    """Whether a terminal shows it; through `ganshare up` it may, and FORCE_COLOR says so."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def _log_thread_death(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is SystemExit or arguments.exc_value is None:
        return
    name = arguments.thread.name if arguments.thread else "unknown"
    get_logger(__name__).error("a thread died", thread=name, exc_info=arguments.exc_value)
