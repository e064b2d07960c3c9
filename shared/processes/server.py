"""gunicorn with one worker and threads, configured by deploy/gunicorn.conf.py.

The application is made in the worker, after the fork, so that its clients live where they work.
"""

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from gunicorn.app.base import BaseApplication

from shared.runtime.process import Drain, settle

_CONFIG = Path(__file__).parents[2] / "deploy" / "gunicorn.conf.py"


class Listens(Protocol):
    """Settings of what serves HTTP."""

    @property
    def http_host(self) -> str: ...

    @property
    def http_port(self) -> int: ...


def serve(make: Callable[[Drain], Any], settings: Listens, threads: int | None = None) -> None:
    """Serves what `make` gives until SIGTERM, then finishes what it has begun.

    `threads`: other than the configuration's. The drain says that the worker was asked to stop.
    """
    _Server(make, settings, threads).run()


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(
        self, make: Callable[[Drain], Any], settings: Listens, threads: int | None
    ) -> None:
        self._make, self._settings, self._threads = make, settings, threads
        super().__init__()

    def load_config(self) -> None:
        values: dict[str, Any] = {}
        exec(_CONFIG.read_text(encoding="utf-8"), values)  # noqa: S102 - our own file
        for name in self.cfg.settings:
            if name in values:
                self.cfg.set(name, values[name])
        self.cfg.set("bind", f"{self._settings.http_host}:{self._settings.http_port}")
        if self._threads:
            self.cfg.set("threads", self._threads)

    def load(self) -> Any:
        app = self._make(_on_worker_stop())
        settle()
        return app


def _on_worker_stop() -> Drain:
    """A drain that hears SIGTERM before gunicorn's worker does."""
    drain = Drain()
    theirs = signal.getsignal(signal.SIGTERM)

    def asked(number: int, frame: FrameType | None) -> None:
        drain.ask()
        if callable(theirs):
            theirs(number, frame)

    signal.signal(signal.SIGTERM, asked)
    return drain
