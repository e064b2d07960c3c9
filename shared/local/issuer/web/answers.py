"""What the issuer sends back: JSON, a page, or the way back to the console; never cached."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.local.issuer.refusal import Refused

_ALWAYS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


def document(content: Mapping[str, object], status: int = 200) -> Answer:
    headers = {**_ALWAYS, "Content-Type": "application/json"}
    return Answer(status, json.dumps(content).encode(), headers)


def failure(status: int, code: str, description: str) -> Answer:
    """The shape of RFC 6749, 5.2; a 401 names the scheme that would do."""
    answer = document({"error": code, "error_description": description}, status)
    scheme = "Bearer" if code == "invalid_token" else "Basic"
    challenge = {"WWW-Authenticate": f'{scheme} realm="issuer"'} if status == 401 else {}
    return Answer(status, answer.body, {**answer.headers, **challenge})


def refusal(refused: Refused) -> Answer:
    return failure(refused.status, refused.code, refused.description)


def page(html: str, sends_to: str = "", status: int = 200) -> Answer:
    """`sends_to`: the origin to which a form of the page leads in the end."""
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self' {sends_to}".rstrip()
    )
    headers = {
        **_ALWAYS,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
    }
    return Answer(status, html.encode(), headers)


def style(css: str) -> Answer:
    return Answer(200, css.encode(), {**_ALWAYS, "Content-Type": "text/css; charset=utf-8"})


def redirect(uri: str, **parameters: str) -> Answer:
    query = urlencode({name: value for name, value in parameters.items() if value})
    return Answer(303, b"", {**_ALWAYS, "Location": f"{uri}?{query}"})
