"""Structured logs, one JSON line each, with the ids that tie them together and no patient data.

An exception is logged by its type and place, never its text: a text may quote a document.
"""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars

__all__ = ["bound_contextvars", "configure", "logger"]
_FRAMES = 6


def logger() -> Any:
    return structlog.get_logger()


def configure(service: str, process: str, level: str) -> None:
    """Sends our logs and the libraries' to standard error in one shape."""

    def named(_logger: Any, _method: str, line: Any) -> Any:
        return {"service": service, "process": process, **line}

    shared: list[Any] = [
        merge_contextvars,
        named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_exception_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("kafka").setLevel(logging.ERROR)  # its warnings repeat what we count
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # a line per request is ours to write


def _without_exception_text(_logger: Any, _method: str, line: Any) -> Any:
    error = line.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error
    error = error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        line["exception"] = type(error).__name__
        line["at"] = [f"{frame.filename}:{frame.lineno}" for frame in frames]
    return line
