"""The site's network on a real port of this machine: for programs that are run as programs."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx2
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from services.site.agent.home import Home
from shared.contracts.topics import SERVICES
from tests.kit.site.network import SiteNetwork, identity


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        return


@contextmanager
def served(network: SiteNetwork, name: str = "home") -> Iterator[Home]:
    """The home of a site whose network is at a port: `<port>/<service>/…`."""
    server = make_server("127.0.0.1", 0, _application(network), True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    home = Home(network.folder / name)
    services = {each: f"{url}/{each}" for each in SERVICES}
    endpoint = f"{url}/issuer/token"
    home.keep(identity(network=f"{url}/issuer", token_endpoint=endpoint, services=services))
    try:
        yield home
    finally:
        server.shutdown()
        thread.join()


def _application(network: SiteNetwork) -> Callable[..., Iterable[bytes]]:
    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        asked = Request(environ)
        service, _, path = asked.full_path.lstrip("/").rstrip("?").partition("/")
        url = f"http://{service}.test/{path}"
        headers = [(name, value) for name, value in asked.headers.items() if name != "Host"]
        request = httpx2.Request(asked.method, url, headers=headers, content=asked.get_data())
        found = network.answer(request)
        answer = Response(found.content, found.status_code, headers=list(found.headers.items()))
        return answer(environ, start)

    return application
