"""One client's way to the four services: addresses, tokens, and answers turned into values."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from shared.client.calls import Calls
from shared.client.errors import CursorExpired, NotAllowed, NotAnswering, Refused
from shared.client.tokens import TokenSource


class Connection:
    """`services`: the base URL of each service by its name on the wire."""

    def __init__(self, services: Mapping[str, str], tokens: TokenSource, calls: Calls) -> None:
        self.services = dict(services)
        self._tokens, self._calls = tokens, calls

    def send(self, service: str, method: str, path: str, **options: Any) -> httpx2.Response:
        """The answer, whatever its status; a token that was refused is renewed once."""
        url = f"{self._base(service)}/v1/{path.removeprefix('/v1').lstrip('/')}"
        headers = options.pop("headers", {})
        for _ in range(2):
            token = self._tokens.token()
            bearer = {**headers, "Authorization": f"Bearer {token}"}
            answer = self._calls.call(method, url, headers=bearer, **options)
            if answer.status_code != 401:
                break
            answer.close()
            self._tokens.forget(token)
        return answer

    @contextmanager
    def opened(self, service: str, path: str, **options: Any) -> Iterator[httpx2.Response]:
        """The answer to a GET while its body comes. Raises as `get`."""
        answer = self.send(service, "GET", path, stream=True, **options)
        try:
            if not answer.is_success:
                answer.read()
            raise_for(answer)
            yield answer
        finally:
            answer.close()

    def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON at `path`, such as `patients/<id>`. Raises NotAllowed, Refused, NotAnswering."""
        answer = self.send(service, "GET", path, params=params)
        raise_for(answer)
        return answer.json()

    def find(self, service: str, path: str, **params: Any) -> Any | None:
        """As `get`, but None where there is nothing (yet)."""
        try:
            return self.get(service, path, **params)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def items(self, service: str, path: str, **params: Any) -> Iterator[Any]:
        """Every item of a paged list, page after page."""
        params = {"limit": 200, **params}
        while True:
            page = self.get(service, path, **params)
            yield from page["items"]
            if not page.get("next"):
                return
            params["after"] = page["next"]

    def _base(self, service: str) -> str:
        if service not in self.services:
            known = ", ".join(self.services)
            raise Refused(404, f"There is no service {service!r}: ask one of {known}.")
        return self.services[service].rstrip("/")


def connect(network: Mapping[str, Any], client_id: str, calls: Calls | None = None) -> Connection:
    """`network`: the content of network.json (`make run` writes it), or anything of its shape."""
    calls = calls or Calls()
    client = credentials(network, client_id)
    pair = (client["client_id"], client["client_secret"])
    services = {name: place["url"] for name, place in network["services"].items()}
    return Connection(services, TokenSource(network["token_endpoint"], pair, calls), calls)


def running(home: str = ".run") -> dict[str, Any]:
    """The network that `make run` has started here: what its network.json says."""
    file = Path(home) / "network.json"
    if not file.exists():
        raise NotAnswering(f"There is no {file}: start a network here with `make run`.")
    network: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return network


def credentials(network: Mapping[str, Any], client_id: str) -> Mapping[str, Any]:
    clients: Mapping[str, Mapping[str, Any]] = network["clients"]
    if client_id not in clients:
        raise NotAllowed(f"There is no client {client_id!r}: use one of {', '.join(clients)}.")
    return clients[client_id]


def raise_for(answer: httpx2.Response) -> None:
    """Nothing for an answer that worked."""
    if answer.is_success:
        return
    where, detail = f"{answer.request.method} {answer.request.url}", _detail(answer)
    if answer.status_code in (401, 403):
        raise NotAllowed(
            f"{where}: {detail}. Use a client whose token carries it (demo: `make status` lists"
            " every client with its clinic and roles)."
        )
    if answer.status_code == 410:
        raise CursorExpired(f"{where}: {detail}", answer.json().get("oldest", ""))
    hint = "Check the id, and that it is of this client's clinic." * (answer.status_code == 404)
    raise Refused(answer.status_code, f"{where}: {answer.status_code} {detail}. {hint}".strip())


def _detail(answer: httpx2.Response) -> str:
    try:
        problem = answer.json()
        errors = problem.get("errors", problem.get("error_id", ""))
        return " ".join(str(each) for each in (problem.get("detail"), errors) if each)
    except (ValueError, AttributeError):
        return answer.reason_phrase
