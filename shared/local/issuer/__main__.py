"""`python -m shared.local.issuer --port 8100 --home .run/issuer`, as a process of its own."""

import argparse
import signal
import sys
from pathlib import Path

from shared.local.issuer.clients import load_clients
from shared.local.issuer.server import serve
from shared.local.issuer.tokens import Issuer, load_key


def main() -> None:
    parser = argparse.ArgumentParser(prog="issuer", description="development OAuth 2.0 issuer")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True, help="keeps the key and the clients")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 inside a container")
    parser.add_argument("--url", help="how clients reach it, if not by that host and port")
    given = parser.parse_args()
    # Process 1 of a container ignores SIGTERM unless it says otherwise.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    url = given.url or f"http://{given.host}:{given.port}"
    issuer = Issuer(url, load_key(given.home), load_clients(given.home))
    serve(issuer, given.host, given.port)


if __name__ == "__main__":
    main()
