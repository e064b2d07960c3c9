"""Kafka's jars: each pinned by coordinate and SHA-256, fetched once into a cache folder.

`python -m shared.local lock` writes the pins anew after a change of ROOTS.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import MavenContext, PythonResolver
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from shared.local.engines.problem import Problem

LOCK = Path(__file__).parents[3] / "deploy" / "requirements" / "kafka-jars.txt"
ROOTS = ("org.apache.kafka:kafka_2.13:4.3.1", "org.slf4j:slf4j-simple:1.7.36")
CONNECTIONS = 6
ATTEMPTS = 3


@dataclass(frozen=True)
class Jar:
    coordinate: str
    sha256: str

    def path(self, cache: Path) -> Path:
        group, artifact, version = self.coordinate.split(":")
        return cache.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")

    def is_intact(self, cache: Path) -> bool:
        path = self.path(cache)
        return path.is_file() and _sha256(path) == self.sha256


def class_path(cache: Path) -> str:
    """The pinned jars as Java wants them; `provide` sees to it that they are there."""
    return os.pathsep.join(str(jar.path(cache)) for jar in _pinned())


def provide(cache: Path) -> None:
    """Downloads what this machine has not got yet; checks every jar once."""
    verified = cache / "verified"
    pins = _sha256(LOCK)
    if not (verified.is_file() and verified.read_text() == pins):
        _download(_pinned(), cache)
        verified.write_text(pins)


def _pinned() -> list[Jar]:
    return [Jar(*line.split()) for line in LOCK.read_text().splitlines() if line[0] != "#"]


def _download(jars: list[Jar], cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    for _ in range(ATTEMPTS):
        missing = [jar for jar in jars if not jar.is_intact(cache)]
        if not missing:
            return
        failure = _fetch(missing, len(jars), cache)
    raise Problem(
        f"Kafka could not be downloaded ({failure}). Check the network and start again "
        "(what is there is kept), or set KAFKA_BOOTSTRAP_SERVERS to an existing Kafka."
    )


def _fetch(missing: list[Jar], total: int, cache: Path) -> str:
    maven = MavenContext(repo_cache=cache, resolver=PythonResolver())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns) as progress, ThreadPoolExecutor(CONNECTIONS) as pool:
        task = progress.add_task("Downloading Kafka", total=total, completed=total - len(missing))
        for error in pool.map(lambda jar: _fetch_one(jar, maven, cache), missing):
            if error:
                pool.shutdown(cancel_futures=True)
                return error
            progress.advance(task)
    return "a checksum differs"


def _fetch_one(jar: Jar, maven: MavenContext, cache: Path) -> str | None:
    # An interrupted download leaves a stump, which the resolver would take for the jar.
    jar.path(cache).unlink(missing_ok=True)
    try:
        maven.create_dependency(jar.coordinate).artifact.resolve()
    except (OSError, RuntimeError, requests.RequestException) as error:
        return type(error).__name__
    return None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def relock(cache: Path) -> None:
    maven = MavenContext(repo_cache=cache, resolver=PythonResolver())
    direct, transitive = maven.resolver.resolve([maven.create_dependency(r) for r in ROOTS])
    pins = []
    for jar in sorted((d.artifact for d in direct + transitive), key=str):
        coordinate = f"{jar.groupId}:{jar.artifactId}:{jar.version}"
        pins.append(f"{coordinate} {_sha256(jar.resolve())}\n")
    LOCK.write_text("# Written by `python -m shared.local lock`.\n" + "".join(pins))
