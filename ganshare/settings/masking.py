"""Masks tokens, keys and passwords in settings, logs and health answers."""

import re
from collections.abc import Iterable
from urllib.parse import quote

__all__ = ["MASK", "is_secret_name", "mask_known", "mask_url", "mask_urls_within", "password_of"]

MASK = "***"

# The password of a URL inside a longer text; the name before the colon may be missing. A port is
# no password: "host:80/..." is left alone.
_USER_INFO = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s/?#:@'\"]*:)(?!\d+/)(?P<password>[^\s'\"]*)@", re.I
)
# The same where the whole text is one URL: then anything up to the last @ belongs to it.
_WHOLE_URL = re.compile(
    r"^(?P<before>[a-z][a-z0-9+.-]*://[^/?#:@]*:)(?!\d+/)(?P<password>.*)@", re.I | re.S
)
_QUERY_SECRET = re.compile(
    r"(?P<before>[?&][\w.-]*(?:password|passwd|token|secret|signature|credential|api_?key)=)"
    r"[^&\s'\"#]+",
    re.I,
)
# Telegram puts the bot's token into the path.
_TELEGRAM_TOKEN = re.compile(r"\b(?P<before>(?:bot)?\d{6,}:)[\w-]{30,}")

_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:token|secret|password|passwd|api_?key|private_?key|authorization|cookie"
    r"|credentials?|mnemonic)s?$",
    re.I,
)
_SHORTEST_SECRET = 4  # a shorter one would mask half of every sentence


def is_secret_name(name: str) -> bool:
    """Tell whether a value of this name is a secret, such as "discord_token" or "api_key"."""
    return _SECRET_NAME.search(name) is not None


def password_of(url: str) -> str | None:
    """Give the password inside a URL, as written there."""
    match = _WHOLE_URL.search(url)
    return match["password"] if match and match["password"] else None


def mask_url(url: str) -> str:
    """Mask the password and the secret parameters of a URL; the rest stays readable."""
    return mask_urls_within(_WHOLE_URL.sub(rf"\g<before>{MASK}@", url))


def mask_urls_within(text: str) -> str:
    """Mask what is secret by its form: passwords in URLs, secret parameters, Telegram tokens."""
    text = _USER_INFO.sub(rf"\g<before>{MASK}@", text)
    text = _QUERY_SECRET.sub(rf"\g<before>{MASK}", text)
    return _TELEGRAM_TOKEN.sub(rf"\g<before>{MASK}", text)


def mask_known(text: str, known: Iterable[str]) -> str:
    """Mask the given secrets wherever they stand in a text, percent-encoded ones too."""
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    return text
