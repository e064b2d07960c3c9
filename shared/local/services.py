"""The fourteen service processes: ports, environment, and what network.json says of them."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from shared.local.compose.secrets import KEYS, encryption_key
from shared.local.engines.process import ChildProcess
from shared.local.issuer.clients import Client, write_private
from shared.local.issuer.tokens import AUDIENCE
from shared.local.settings import ROOT, Settings

# The name on the wire, and the name of the Python package and of the database.
PACKAGES = {
    "intake": "intake",
    "scheduling": "scheduling",
    "session-record": "session_record",
    "outcomes": "outcomes",
}
KINDS = ("api", "consumer", "relay")
ANALYTICS = "analytics"
"""Process of outcomes; in network.json an address of its own."""
ANCHORS = "anchors"
"""Folder of a network's run: the heads of its services' audit chains."""
CONSOLE = "console"
WEB = "web"
ANSWERS = ("api", ANALYTICS, WEB)
"""The kinds that serve HTTP; the others have a probe."""
POLICY = ROOT / "deploy" / "policy" / "network.json"


@dataclass(frozen=True)
class ServiceProcess:
    service: str
    kind: str
    port: int

    @property
    def name(self) -> str:
        return f"{self.service}-{self.kind}-1"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Backends:
    """Where the engines are, whoever started them."""

    bootstrap_servers: str
    mongodb_uri: str


def service_processes(settings: Settings) -> list[ServiceProcess]:
    processes = []
    for index, service in enumerate(PACKAGES):
        probes = settings.port + 11 + 2 * index
        processes += [
            ServiceProcess(service, "api", settings.port + 1 + index),
            ServiceProcess(service, "consumer", probes),
            ServiceProcess(service, "relay", probes + 1),
        ]
    after = settings.port + 1 + len(PACKAGES)
    processes.append(ServiceProcess("outcomes", ANALYTICS, after))
    return [*processes, ServiceProcess(CONSOLE, WEB, after + 1)]


def child_process(
    process: ServiceProcess, settings: Settings, backends: Backends, **changed: str
) -> ChildProcess:
    """`changed`: what this process alone is told otherwise than the network."""
    command = [sys.executable, "-m", f"services.{_package(process)}", process.kind]
    environment = {**environment_of(process, settings, backends), **changed}
    return ChildProcess(process.name, command, settings.home, environment)


def environment_of(
    process: ServiceProcess, settings: Settings, backends: Backends
) -> dict[str, str]:
    """All that the process is told, and what the caller's environment holds."""
    known = _web(settings) if process.kind == WEB else _service(process, settings, backends)
    return {**settings.environment, **_environment(process, settings), **known}


def describe(
    settings: Settings, backends: Backends, clients: Mapping[str, Client]
) -> dict[str, Any]:
    """The content of network.json: all that a program needs to talk to this network."""
    return {
        "services": {
            **{service: _addresses(service, settings) for service in PACKAGES},
            ANALYTICS: {"url": _only(ANALYTICS, settings).url, "probes": {}},
        },
        CONSOLE: {"url": settings.console_url},
        "kafka": {"bootstrap_servers": backends.bootstrap_servers},
        "mongodb": {
            service: {"uri": with_database(backends.mongodb_uri, database)}
            for service, database in PACKAGES.items()
        },
        "issuer": settings.issuer_url,
        "token_endpoint": f"{settings.issuer_url}/token",
        "registration_endpoint": f"{settings.issuer_url}/register",
        "jwks": f"{settings.issuer_url}/jwks.json",
        "clients": {name: _credentials(client) for name, client in clients.items()},
    }


def answering(settings: Settings) -> list[tuple[str, str]]:
    """(name, URL) of what a site or a reader asks: the apis and the analytics process."""
    processes = service_processes(settings)
    apis = [(each.service, each.url) for each in processes if each.kind == "api"]
    return [*apis, (ANALYTICS, _only(ANALYTICS, settings).url)]


def with_database(server_uri: str, database: str) -> str:
    """Names the database, and keeps the credentials looked up where they were before."""
    parts = urlsplit(server_uri)
    options = dict(parse_qsl(parts.query))
    if "@" in parts.netloc:
        options.setdefault("authSource", parts.path.strip("/") or "admin")
    return parts._replace(path=f"/{database}", query=urlencode(options)).geturl()


def _package(process: ServiceProcess) -> str:
    return PACKAGES.get(process.service, process.service)


def _environment(process: ServiceProcess, settings: Settings) -> dict[str, str]:
    """What every process is told."""
    return {
        **_own_key(_package(process), settings),
        "HTTP_PORT" if process.kind in ANSWERS else "PROBE_PORT": str(process.port),
        "TOKEN_ISSUER": settings.issuer_url,
        "TOKEN_AUDIENCE": AUDIENCE,
        "TOKEN_JWKS": f"{settings.issuer_url}/jwks.json",
        "TOKEN_REVOCATIONS": f"{settings.issuer_url}/revocations.json",
        "POLICY_FILE": str(POLICY),
        "LOG_LEVEL": settings.log_level,
        "MALLOC_ARENA_MAX": "2",  # glibc gives each thread an arena: a third of the api's memory
    }


def _service(process: ServiceProcess, settings: Settings, backends: Backends) -> dict[str, str]:
    apis = [peer for peer in service_processes(settings) if peer.kind == "api"]
    return {
        **_own_folder(process, settings),
        "MONGODB_URI": with_database(backends.mongodb_uri, PACKAGES[process.service]),
        "KAFKA_BOOTSTRAP_SERVERS": backends.bootstrap_servers,
        "PEERS": ",".join(f"{peer.service}={peer.url}" for peer in apis),
        "INSTANCE": process.name,
        "AUDIT_ANCHOR_DIR": str(settings.home / ANCHORS),
    }


def _web(settings: Settings) -> dict[str, str]:
    """The console: where the services are, and nothing of their stores."""
    return {
        "SERVICES": ",".join(f"{name}={url}" for name, url in answering(settings)),
        "TOKEN_ENDPOINT": f"{settings.issuer_url}/token",
        "CONSOLE_URL": settings.console_url,
    }


def _own_key(package: str, settings: Settings) -> dict[str, str]:
    """Drawn at the first start; whoever removes the data removes the key with it."""
    if package not in KEYS:
        return {}
    file = settings.home / "secrets" / KEYS[package]
    if not file.exists():
        write_private(file, encryption_key())
    return {f"{KEYS[package].upper()}_FILE": str(file)}


def _own_folder(process: ServiceProcess, settings: Settings) -> dict[str, str]:
    folder = {"ANALYTICS_DIR": str(settings.home / ANALYTICS)}
    return folder if process.kind == ANALYTICS else {}


def _only(kind: str, settings: Settings) -> ServiceProcess:
    """The process of a kind of which there is one."""
    return next(each for each in service_processes(settings) if each.kind == kind)


def _addresses(service: str, settings: Settings) -> dict[str, Any]:
    url = {p.kind: p.url for p in service_processes(settings) if p.service == service}
    url.pop(ANALYTICS, "")
    return {"url": url.pop("api"), "probes": url}


def _credentials(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "roles": list(client.roles),
        "clinic": client.clinic,
        "site": client.site,
    }
