"""Jars from Maven: each pinned by coordinate and SHA-256, fetched once into a cache folder.

`python -m shared.local lock` writes the pins anew after a change of `roots`.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import MavenContext, PythonResolver
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from shared.local.engines.problem import Problem

ROOT = Path(__file__).parents[3]
LOCKS = ROOT / "deploy" / "requirements" / "jars"
CACHE = ROOT / ".cache"
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


@dataclass(frozen=True)
class JarList:
    """One program of Java, with all that it stands on."""

    name: str
    lock: Path
    cache: Path
    roots: tuple[str, ...]
    otherwise: str = ""  # what else can be done where it cannot be downloaded

    def class_path(self) -> str:
        """The pinned jars as Java wants them; `provide` sees to it that they are there."""
        return os.pathsep.join(str(jar.path(self.cache)) for jar in self._pinned())

    def provide(self) -> None:
        """Downloads what this machine has not got yet; checks every jar once."""
        verified = self.cache / "verified"
        pins = _sha256(self.lock)
        with _alone_in(self.cache):
            if not (verified.is_file() and verified.read_text() == pins):
                self._download()
                verified.write_text(pins)

    def relock(self) -> None:
        maven = self._maven()
        direct, transitive = maven.resolver.resolve(
            [maven.create_dependency(root) for root in self.roots]
        )
        pins = []
        # A jar with a classifier is an extra beside the one of the same name, which suffices.
        found = [d.artifact for d in direct + transitive if not d.artifact.classifier]
        for jar in sorted(found, key=str):
            coordinate = f"{jar.groupId}:{jar.artifactId}:{jar.version}"
            pins.append(f"{coordinate} {_sha256(jar.resolve())}\n")
        self.lock.write_text("# Written by `python -m shared.local lock`.\n" + "".join(pins))

    def _pinned(self) -> list[Jar]:
        return [Jar(*line.split()) for line in self.lock.read_text().splitlines() if line[0] != "#"]

    def _download(self) -> None:
        jars = self._pinned()
        for _ in range(ATTEMPTS):
            missing = [jar for jar in jars if not jar.is_intact(self.cache)]
            if not missing:
                return
            failure = self._fetch(missing, len(jars))
        raise Problem(
            f"{self.name} could not be downloaded ({failure}). Check the network and start again "
            f"(what is there is kept){self.otherwise}."
        )

    def _fetch(self, missing: list[Jar], total: int) -> str:
        maven = self._maven()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns) as progress, ThreadPoolExecutor(CONNECTIONS) as pool:
            task = progress.add_task(
                f"Downloading {self.name}", total=total, completed=total - len(missing)
            )
            for error in pool.map(lambda jar: _fetch_one(jar, maven, self.cache), missing):
                if error:
                    pool.shutdown(cancel_futures=True)
                    return error
                progress.advance(task)
        return "a checksum differs"

    def _maven(self) -> MavenContext:
        return MavenContext(repo_cache=self.cache, resolver=PythonResolver())


KAFKA = JarList(
    "Kafka",
    LOCKS / "kafka.txt",
    CACHE / "kafka",
    ("org.apache.kafka:kafka_2.13:4.3.1", "org.slf4j:slf4j-simple:1.7.36"),
    otherwise=", or set KAFKA_BOOTSTRAP_SERVERS to an existing Kafka",
)
_HAPI = "8.8.1"
FHIR_VALIDATOR = JarList(
    "The FHIR validator",
    LOCKS / "fhir.txt",
    CACHE / "fhir",
    (
        f"ca.uhn.hapi.fhir:hapi-fhir-base:{_HAPI}",
        f"ca.uhn.hapi.fhir:hapi-fhir-structures-r4:{_HAPI}",
        f"ca.uhn.hapi.fhir:hapi-fhir-validation:{_HAPI}",
        f"ca.uhn.hapi.fhir:hapi-fhir-validation-resources-r4:{_HAPI}",
        f"ca.uhn.hapi.fhir:hapi-fhir-caching-caffeine:{_HAPI}",
        "org.slf4j:slf4j-nop:2.0.16",
    ),
)
ICAL_PARSER = JarList(
    "The iCalendar parser",
    LOCKS / "ical.txt",
    CACHE / "ical",
    ("org.mnode.ical4j:ical4j:4.4.0", "org.slf4j:slf4j-nop:2.0.16"),
)
JAR_LISTS = (KAFKA, FHIR_VALIDATOR, ICAL_PARSER)


@contextmanager
def _alone_in(cache: Path) -> Iterator[None]:
    """Two test processes must not fetch the same jar at once: each would break the other's."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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
