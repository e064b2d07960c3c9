"""The Flask application of a service: the same doors in each, plus the service's own reads."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, request
from flask_smorest import Api, Blueprint
from flask_swagger_ui import get_swaggerui_blueprint
from werkzeug.exceptions import NotFound

from shared.codec import json_schema
from shared.runtime import metrics
from shared.runtime.logs import bound_contextvars, logger
from shared.runtime.probe import Check, readiness
from shared.web import descriptions, problems
from shared.web.identity import Tokens
from shared.web.ingest import BODY_MAX


@dataclass(frozen=True)
class Door:
    """What the application is made of. `checks` are what it cannot work without."""

    service: str
    tokens: Tokens
    checks: Mapping[str, Check]
    blueprints: Sequence[Blueprint]


class _Api(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest without its error shape: ours keeps the exceptions' headers."""

    def _register_error_handlers(self) -> None:
        """Errors are registered once, by shared.web.problems."""


def create_app(door: Door) -> Flask:
    app = Flask(door.service, static_folder=None)
    app.config.update(
        API_TITLE=f"{door.service} API",
        API_VERSION=descriptions.VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=BODY_MAX,
    )
    api = _Api(app)
    api.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    api.spec.options["security"] = [{"bearer": []}]
    for blueprint in door.blueprints:
        api.register_blueprint(blueprint)
    problems.register(app)
    _add_identity(app, door.tokens)
    add_measures(app, door.service)
    add_health(app, door.checks)
    _add_descriptions(app, door.service)
    return app


def _add_identity(app: Flask, tokens: Tokens) -> None:
    @app.before_request
    def identify() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.path.startswith("/v1/") and not getattr(view, "needs_no_token", False):
            g.principal = tokens.principal(request.headers.getlist("Authorization"))


def add_measures(app: Flask, service: str) -> None:
    """Every answer is counted and timed by its route pattern."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def measure(response: Response) -> Response:
        if request.method == "GET" and "ETag" in response.headers:
            response.make_conditional(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        method = metrics.method(request.method)
        labels = (service, method, route, str(response.status_code))
        metrics.REQUESTS.labels(*labels).observe(seconds)
        if request.path.startswith("/v1/"):
            _log(route, response.status_code, seconds)
        return response


def _log(route: str, status: int, seconds: float) -> None:
    principal = g.get("principal")
    with bound_contextvars(clinic=principal.clinic if principal else ""):
        logger().debug("request", route=route, status=status, ms=round(seconds * 1000, 1))


def add_health(app: Flask, checks: Mapping[str, Check]) -> None:
    """/health/live, /health/ready and /metrics."""

    @app.get("/health/live")
    def live() -> Response:
        return jsonify({"live": "ok"})

    @app.get("/health/ready")
    def ready() -> tuple[Response, int]:
        status, found = readiness(checks)
        return jsonify(found), status

    @app.get("/metrics")
    def measures() -> Response:
        return Response(metrics.SCRAPES.text(), content_type=metrics.CONTENT_TYPE)


def _add_descriptions(app: Flask, service: str) -> None:
    pages = get_swaggerui_blueprint("/docs", "/openapi.json", config={"app_name": service})
    app.register_blueprint(pages)

    @app.get("/asyncapi.json")
    def asyncapi() -> Response:
        return jsonify(descriptions.asyncapi(service))

    @app.get("/schemas/<event_type>")
    def event_schema(event_type: str) -> Response:
        contract = descriptions.CONTRACTS.get(event_type)
        if contract is None:
            raise NotFound
        example = descriptions.example(event_type)["data"]
        return jsonify(json_schema.published(contract) | {"examples": [example]})
