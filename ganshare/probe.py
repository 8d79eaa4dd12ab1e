"""`python -m ganshare.probe URL`: exits with 0 if a health endpoint is fine, else with 1.

What the containers' HEALTHCHECK runs: their images have Python and no curl.
"""

import sys
import urllib.error
import urllib.request

__all__ = ["main"]

SECONDS = 4.0


def main(arguments: list[str]) -> int:
    """Ask the URL; what it answers goes to stdout, which Docker keeps for `docker inspect`."""
    (url,) = arguments
    if not url.startswith(("http://", "https://")):
        sys.stderr.write(f"error: {url} is not an http:// address.\n")
        return 2
    # The container itself is asked, never a proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            sys.stdout.write(answer.read(4096).decode(errors="replace") + "\n")
            return 0
    except urllib.error.HTTPError as error:
        with error:
            sys.stdout.write(error.read(4096).decode(errors="replace") + "\n")
        return 1
    except OSError as error:
        sys.stdout.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
