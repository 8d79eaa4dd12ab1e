"""`python -m ganshare.processes.die_with_parent PARENT COMMAND...`: COMMAND dies when PARENT does.

The kernel sees to it (PR_SET_PDEATHSIG, kept across exec), so that it holds after kill -9 of the
parent, and for a child that hangs or is stopped. It is asked for here, in the new process, since
running code between fork and exec is not safe in a process with threads. Linux only; elsewhere
the command simply runs. See docs/decisions/0006-operations.md.
"""

import ctypes
import os
import signal
import sys

__all__ = ["main"]

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(arguments: list[str]) -> None:
    """Tie this process to its parent, then become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The parent may have died before the kernel was told.
        if os.getppid() != int(parent):
            sys.exit(f"the parent {parent} has gone")
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
