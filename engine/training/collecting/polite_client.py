"""Asks a site as its owners wish: by robots.txt, slowly, under a name, patient on trouble."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from urllib.robotparser import RobotFileParser

import httpx

from ganshare import __version__
from ganshare.errors import AskerError, WorldError, quoted

__all__ = ["ForbiddenError", "NotFound", "PoliteClient"]

TRIES = 5
PAUSE = 2.0  # seconds before the second try; each further one waits twice as long
LONGEST_WAIT = 600.0  # seconds that a site may ask for
MAX_BYTES = 64 * 2**20
AGENT = "ganshare-collect"


class NotFound(Exception):  # noqa: N818 - an outcome
    """There is no such page, or it is not for us."""


class ForbiddenError(AskerError):
    """robots.txt says no."""


class PoliteClient:
    """One request at a time.

    Args:
        host: of the site; subdomains of its name (`uploads3.` for `www.`) are of it, others not.
        per_second: requests, at most; a Crawl-delay in robots.txt slows it down further.
        contact: an address for the site's owners, put into the User-Agent.
    """

    def __init__(self, host: str, per_second: float, contact: str = "") -> None:
        self.host, self.interval = host.removeprefix("www."), 1.0 / per_second
        self.agent = f"{AGENT}/{__version__}" + (f" (+{contact})" if contact else "")
        self._client = httpx.Client(
            timeout=30.0, headers={"User-Agent": self.agent}, follow_redirects=False
        )
        self._robots: dict[str, RobotFileParser] = {}
        self._next = 0.0

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def get(self, address: str) -> bytes:
        """The body of an address.

        Raises:
            ForbiddenError: robots.txt forbids it.
            NotFound: 404 and other refusals, or it leads elsewhere.
            WorldError: the site is in trouble for long, or the network.
        """
        for _ in range(4):
            url = self._check(address)
            self._check_robots(url)
            response = self._ask(str(url))
            if response.next_request is None:
                break
            address = str(response.next_request.url)
        if response.status_code != httpx.codes.OK:
            raise NotFound(f"{response.status_code}")
        return response.content

    def _check(self, address: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL as error:
            raise NotFound(address) from error
        host = url.netloc.decode("ascii")
        is_own = host == self.host or host.endswith(f".{self.host}")
        if url.scheme not in ("http", "https") or not is_own:
            raise NotFound(address)  # no site sends us to another
        return url

    def _check_robots(self, url: httpx.URL) -> None:
        root = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if root not in self._robots:
            parser = RobotFileParser()
            response = self._ask(f"{root}/robots.txt")
            is_there = response.status_code == httpx.codes.OK
            parser.parse(response.text.splitlines() if is_there else [])
            self._robots[root] = parser
            delay = parser.crawl_delay(AGENT)
            self.interval = max(self.interval, float(delay or 0))
        if not self._robots[root].can_fetch(AGENT, str(url)):
            message = f"{root}/robots.txt does not allow {quoted(url.path)} to be fetched."
            raise ForbiddenError(message, given=str(url))

    def _ask(self, address: str) -> httpx.Response:
        """Ask until there is an answer that is one."""
        trouble = ""
        for number in range(TRIES):
            self._wait(PAUSE * 2 ** (number - 1) if number else 0.0)
            try:
                response = self._read(address)
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
                continue
            code = response.status_code
            if code != httpx.codes.TOO_MANY_REQUESTS and code < 500:
                return response
            trouble = f"the site answered {code}"
            self._wait(_retry_after(response))
        message = f"{quoted(address)} cannot be fetched: {trouble}; run the same command to resume."
        raise WorldError(message, given=address)

    def _read(self, address: str) -> httpx.Response:
        """One request; a body that is too large is no answer."""
        with self._client.stream("GET", address) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    return httpx.Response(httpx.codes.REQUEST_ENTITY_TOO_LARGE)
            response._content = bytes(body)
            return response

    def _wait(self, least: float) -> None:
        """Until the next request is due, and `least` seconds."""
        now = time.monotonic()
        pause = max(least, self._next - now)
        if pause > 0:
            sleep(pause)
        self._next = max(now, self._next) + self.interval


sleep: Callable[[float], None] = time.sleep  # which tests replace


def _retry_after(response: httpx.Response) -> float:
    """Seconds that the site asks for: a number or a date; 0 if it doesn't."""
    told = response.headers.get("retry-after", "")
    try:
        seconds = float(told) if told else 0.0
    except ValueError:
        try:
            seconds = parsedate_to_datetime(told).timestamp() - time.time()
        except ValueError:
            seconds = 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT)
