"""One embedded Kafka and mongod for the whole test session; databases and topics are per test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from shared.local.engines import Engines

HOME = Path(__file__).parents[2] / ".run" / "tests"


@contextmanager
def session_engines() -> Iterator[Engines]:
    with Engines(home=HOME / uuid4().hex[:8]) as engines:
        yield engines


def fresh_database(engines: Engines) -> str:
    """The URI of a database that nobody has used."""
    address, _, options = engines.mongodb_uri.partition("?")
    return f"{address.rstrip('/')}/t{uuid4().hex[:12]}?{options}"
