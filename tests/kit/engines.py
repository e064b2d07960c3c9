"""One embedded Kafka and mongod for the whole test session; databases and topics are per test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from shared.local.engines import Engines

HOME = Path(__file__).parents[2] / ".run" / "tests"


@contextmanager
def session_engines() -> Iterator[Engines]:
    with temporary_home() as home, Engines(home=home) as engines:
        yield engines


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A run folder that is removed if all went well, and kept with its logs if not."""
    home = HOME / uuid4().hex[:8]
    yield home
    shutil.rmtree(home, ignore_errors=True)


def fresh_database(engines: Engines) -> str:
    """The URI of a database that nobody has used."""
    address, _, options = engines.mongodb_uri.partition("?")
    return f"{address.rstrip('/')}/t{uuid4().hex[:12]}?{options}"
