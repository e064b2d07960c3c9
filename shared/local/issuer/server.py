"""The issuer's HTTP face: POST /token, GET /jwks.json, GET /health/live."""

import json
from base64 import b64decode
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote_plus

from shared.local.issuer.tokens import Issuer, Refused

BODY_BYTES_MAX = 8_192
FIELDS_MAX = 16
FORM = "application/x-www-form-urlencoded"


def serve(issuer: Issuer, host: str, port: int) -> None:
    endpoint = type("IssuerEndpoint", (Endpoint,), {"issuer": issuer})
    ThreadingHTTPServer((host, port), endpoint).serve_forever()


class Endpoint(BaseHTTPRequestHandler):
    issuer: Issuer
    timeout = 5  # A client that sends nothing must not hold a thread for good.
    server_version = "issuer"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path == "/jwks.json":
            self._answer(200, self.issuer.public_keys())
        elif self.path == "/health/live":
            self._answer(200, {"status": "ok"})
        else:
            self._answer(404, {"error": "not_found"})

    def do_POST(self) -> None:
        if self.path != "/token":
            return self._answer(404, {"error": "not_found"})
        try:
            self._answer(200, self.issuer.grant(self._form()))
        except Refused as refused:
            status = 401 if refused.code == "invalid_client" else 400
            self._answer(status, {"error": refused.code, "error_description": refused.description})

    def _form(self) -> dict[str, str]:
        if self.headers.get_content_type() != FORM:
            raise Refused("invalid_request", f"the body must be {FORM}")
        try:
            fields = parse_qsl(self._body().decode(), max_num_fields=FIELDS_MAX)
            basic = self._basic_credentials()
        except ValueError as error:
            raise Refused("invalid_request", "the request cannot be decoded") from error
        form = dict(fields)
        if len(form) != len(fields):
            raise Refused("invalid_request", "a parameter is given twice")
        return form | basic

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise Refused("invalid_request", "Content-Length is needed")
        if int(length) > BODY_BYTES_MAX:
            raise Refused("invalid_request", f"the body exceeds {BODY_BYTES_MAX} bytes")
        return self.rfile.read(int(length))

    def _basic_credentials(self) -> dict[str, str]:
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return {}
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
        return {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}

    def _answer(self, status: int, document: Mapping[str, object]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="issuer"')
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        # Without the query: a secret that was put there by mistake stays out of the log.
        self.log_message("%s %s %s", self.command, self.path.partition("?")[0], code)
