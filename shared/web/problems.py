"""The one shape of an HTTP error: RFC 9457 `application/problem+json`, for every status.

Generic by design: no echo of input, no stack; a 500 carries the id under which it was logged.
"""

import json
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from shared.kernel.errors import Unavailable
from shared.runtime.clock import random_token
from shared.runtime.logs import logger
from shared.web.identity import Unauthenticated

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 2


def problem(status: int, title: str, detail: str = "", **more: Any) -> Response:
    """A problem document. `more`: extension members such as `errors` or `error_id`."""
    members = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    body = json.dumps({name: value for name, value in members.items() if value != ""})
    return Response(body, status=status, content_type=CONTENT_TYPE)


def register(app: Flask) -> None:
    """Every way an error can leave the app ends here."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Unavailable, unavailable)
    app.register_error_handler(Unauthenticated, unauthenticated)
    app.register_error_handler(Exception, bug)


def http_error(error: HTTPException) -> Response:
    status = error.code or 500
    details = getattr(error, "data", None) or {}
    answer = problem(
        status, error.name, error.description or "", **_faults(details.get("messages"))
    )
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def unavailable(_error: Unavailable) -> Response:
    answer = problem(503, "Service Unavailable", "nothing was decided; send the same again")
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def unauthenticated(error: Unauthenticated) -> Response:
    logger().info("unauthenticated", why=str(error))
    answer = problem(401, "Unauthorized", "a valid bearer token is needed")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="kap"'
    return answer


def bug(error: Exception) -> Response:
    return problem(500, "Internal Server Error", error_id=logged(error))


def logged(error: Exception) -> str:
    """Logs a bug and gives the id under which it is found."""
    error_id = random_token()
    logger().error("bug", error_id=error_id, exc_info=error)
    return error_id


def _faults(messages: Any) -> dict[str, Any]:
    return {"errors": messages} if messages else {}
