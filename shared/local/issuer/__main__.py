"""`python -m shared.local.issuer --port 8100 --home .run/issuer`, as a process of its own."""

import argparse
import signal
import sys
from pathlib import Path

from shared.local.issuer.ledger import FILE
from shared.local.issuer.tokens import Issuer
from shared.local.issuer.web.desk import Desk
from shared.local.issuer.web.server import serve


def main() -> None:
    given = _arguments()
    # Process 1 of a container ignores SIGTERM unless it says otherwise.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    url = given.url or f"http://{given.host}:{given.port}"
    try:
        issuer = Issuer(url, given.home, given.console)
    except (ValueError, TypeError, ExceptionGroup) as broken:
        sys.exit(
            f"A file in {given.home} cannot be read ({type(broken).__name__}): restore it. Without"
            f" {FILE} every site enrols anew; without the others every client gets a new secret."
        )
    pairs = (each.partition("=") for each in given.services.split(",") if each)
    serve(Desk(issuer, {name: url for name, _, url in pairs}), given.host, given.port)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="issuer", description="development OAuth 2.0 issuer")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True, help="keeps the key and the clients")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 inside a container")
    parser.add_argument("--url", help="how clients reach it, if not by that host and port")
    parser.add_argument("--services", default="", help="name=url,…: told in /network.json")
    parser.add_argument("--console", default="", help="its URL: where people sign in from")
    return parser.parse_args()


if __name__ == "__main__":
    main()
