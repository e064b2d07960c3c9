"""HTTP around the desk: small bodies, short waits, one connection for one request."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shared.local.issuer.web.answers import Answer, failure
from shared.local.issuer.web.asked import BODY_BYTES_MAX, Asked
from shared.local.issuer.web.desk import Desk


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # sites come back all at once


def serve(desk: Desk, host: str, port: int) -> None:
    server(desk, host, port).serve_forever()


def server(desk: Desk, host: str, port: int) -> ThreadingHTTPServer:
    return _Server((host, port), type("IssuerEndpoint", (Endpoint,), {"desk": desk}))


class Endpoint(BaseHTTPRequestHandler):
    desk: Desk
    timeout = 5  # A client that sends nothing must not hold a thread for good.
    server_version = "issuer"
    sys_version = ""

    def do_GET(self) -> None:
        self._send(self.desk.answer(self._asked(b"")))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            return self._send(failure(411, "invalid_request", "Content-Length is needed"))
        if int(length) > BODY_BYTES_MAX:
            too_big = f"the body exceeds {BODY_BYTES_MAX} bytes"
            return self._send(failure(413, "invalid_request", too_big))
        return self._send(self.desk.answer(self._asked(self.rfile.read(int(length)))))

    do_PUT = do_POST

    def _asked(self, body: bytes) -> Asked:
        path, _, query = self.path.partition("?")
        kind, authorizations = (
            self.headers.get_content_type(),
            self.headers.get_all("Authorization"),
        )
        return Asked(self.command, path, query, body, kind, tuple(authorizations or ()))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        # Without the query: a secret that was put there by mistake stays out of the log.
        self.log_message("%s %s %s", self.command, self.path.partition("?")[0], code)
