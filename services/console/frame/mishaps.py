"""What a person sees when something is wrong: the same layout, a sentence, and what to do next."""

from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException

from shared.web.problems import logged

TITLES = {
    403: "Not for your role",
    404: "Nothing is here",
    405: "That is not done this way",
    413: "That is too much",
    503: "Nobody answers just now",
}
NEXT = {
    404: "The address may be old, or mistyped. Begin at the first page.",
    503: "Nothing was changed. Load the page again in a minute.",
}


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def shown(status: int, sentence: str, error_id: str = "") -> Response:
    title = TITLES.get(status, "This did not work")
    page = render_template(
        "error.html", title=title, status=status, sentence=sentence, error_id=error_id
    )
    return make_response(page, status)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status in (301, 302, 303, 307, 308):
        return make_response(error.get_response())
    return shown(status, NEXT.get(status) or error.description or "")


def _bug(error: Exception) -> Response:
    sentence = "The fault is ours. Tell operations the number below; they find it in the log."
    return shown(500, sentence, logged(error))
