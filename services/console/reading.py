"""The services as one reader sees them: every read carries the reader's own token.

A read never raises: a service that is away costs a page one section, and the section says so.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2

from shared.runtime.logs import logger

WITHIN_S = 2.0
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is the JSON, or None; then `fault` is a sentence for people, and `status` the status
    (0: nobody answered)."""

    service: str
    status: int
    data: Any = None
    fault: str = ""


@dataclass(frozen=True)
class Services:
    """All services, shared by every reader."""

    urls: Mapping[str, str]
    client: httpx2.Client
    pool: ThreadPoolExecutor

    @classmethod
    def at(cls, urls: Mapping[str, str]) -> "Services":
        return cls(urls, httpx2.Client(timeout=WITHIN_S), ThreadPoolExecutor(AT_ONCE, "reading"))


@dataclass(frozen=True)
class Reader:
    """The services with one reader's token."""

    services: Services
    token: str

    def get(self, service: str, path: str, **query: Any) -> Answer:
        """`path` such as `/v1/lanes`."""
        return self._asked("GET", service, path, query)

    def post(self, service: str, path: str, **content: str) -> Answer:
        return self._asked("POST", service, path, {}, content)

    def several(self, asked: Iterable[tuple[str, str]]) -> list[Answer]:
        """Many (service, path) at once, in their order."""
        return list(self.services.pool.map(lambda each: self.get(*each), asked))

    def _asked(
        self,
        method: str,
        service: str,
        path: str,
        query: Mapping[str, Any],
        content: Mapping[str, str] | None = None,
    ) -> Answer:
        url = self.services.urls.get(service)
        if not url:
            return Answer(service, 0, fault=f"The console does not know where {service} is.")
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            client = self.services.client
            answer = client.request(
                method,
                f"{url}{path}",
                params=dict(query) or None,
                json=content or None,
                headers=headers,
            )
            data = answer.json()
        except (httpx2.HTTPError, ValueError):
            return Answer(service, 0, fault=f"{service} does not answer. Look again in a minute.")
        if answer.is_success:
            return Answer(service, answer.status_code, data)
        return Answer(service, answer.status_code, fault=_fault(service, answer.status_code, data))


def understood(answer: Answer, *views: Callable[[Answer], object]) -> Answer:
    """The answer, if each of `views` can make of it what a page shows; else one with a fault."""
    try:
        for view in views:
            view(answer)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        logger().error("an answer of another shape", service_asked=answer.service, exc_info=error)
        fault = f"{answer.service} answers in a way that this console does not know."
        return Answer(answer.service, answer.status, fault=f"{fault} Update the two together.")
    return answer


def _fault(service: str, status: int, problem: Any) -> str:
    detail = str(problem.get("detail", "")) if isinstance(problem, dict) else ""
    sentences = {
        401: f"{service} does not take your sign-in any more: sign out, and in again.",
        403: f"{service} does not show you this: {detail or 'your role does not read it'}.",
        404: f"{service} has nothing of this name.",
        503: f"{service} cannot decide just now. Look again in a minute.",
    }
    return sentences.get(status, f"{service} answers with {status}. {detail}".strip())
