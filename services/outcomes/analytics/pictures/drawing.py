"""Vega-Lite to images and pages, by one drawing process at a time: it carries a whole V8.

A page holds all its scripts and asks nothing of anybody, so that it works offline.
"""

from collections.abc import Callable, Mapping
from threading import Lock

import vl_convert

from services.outcomes.analytics.pictures.specs.style import Spec

VERSION = "6.4"
SCALE = 2
_ONE_AT_A_TIME = Lock()


def svg(spec: Spec) -> bytes:
    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=VERSION)
    return drawn.encode()


def png(spec: Spec) -> bytes:
    drawn: bytes = vl_convert.vegalite_to_png(spec, vl_version=VERSION, scale=SCALE)
    return drawn


def html(spec: Spec) -> bytes:
    page: str = vl_convert.vegalite_to_html(spec, vl_version=VERSION, bundle=True)
    return page.encode()


FORMS: Mapping[str, tuple[str, Callable[[Spec], bytes]]] = {
    "svg": ("image/svg+xml", svg),
    "png": ("image/png", png),
    "html": ("text/html; charset=utf-8", html),
}


def drawn(spec: Spec, form: str) -> tuple[str, bytes]:
    """(media type, bytes)."""
    media_type, draw = FORMS[form]
    with _ONE_AT_A_TIME:
        return media_type, draw(spec)
