"""Start the `ganshare` command as `python -m ganshare`."""

from ganshare.cli import main

if __name__ == "__main__":
    main()
