"""Places where a test makes a process die: `FAILPOINT=relay.after_publish:3` at the third pass.

Off in production: without the variable a failpoint is one comparison.
"""

from os import _exit, environ

_NAME, _, _COUNT = environ.get("FAILPOINT", "").partition(":")
_left = int(_COUNT or 1)
EXIT_CODE = 70


def reach(name: str) -> None:
    """Ends the process, as kill -9 would, if this is the place and the time."""
    global _left
    if name != _NAME:
        return
    _left -= 1
    if _left == 0:
        _exit(EXIT_CODE)
