"""The page on which one says who one is: plain HTML, no script, and plainly not for real use."""

from collections.abc import Iterable, Mapping
from html import escape

from shared.local.issuer.clients import Client

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/authorize.css">
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_ONLY = """<p role="note"><strong>Development only.</strong> Nobody is asked for a password: these
people are made up, and so is their network. A real network puts its own identity provider here.</p>
"""
_KEPT = ("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method")
STYLE = """
body { margin: 0; background: #f4f6f8; color: #16202c; font: 1.0625rem/1.5 system-ui, sans-serif }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.6rem; margin: 0 0 1rem }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem }
[role=note] { border-left: .4rem solid #9a5b00; background: #fff6e5; padding: .75rem 1rem;
  margin: 0 }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem }
button { width: 100%; min-height: 3rem; padding: .5rem 1rem; text-align: left; font: inherit;
  color: inherit; background: #fff; border: 1px solid #5b6b7c; border-radius: .4rem;
  cursor: pointer }
button:hover { background: #e6eff8 }
button:focus-visible { outline: .2rem solid #0b5cad; outline-offset: .15rem }
button span { display: block; color: #46566a; font-size: .9rem }
@media (prefers-color-scheme: dark) {
  body { background: #10161d; color: #eef3f8 }
  [role=note] { background: #2b2110; border-color: #f0b355 }
  button { background: #1a232d; border-color: #8494a5 }
  button:hover { background: #22303d }
  button:focus-visible { outline-color: #7ab8f5 }
  button span { color: #b4c2d0 }
}
"""


def people(known: Iterable[Client], query: Mapping[str, str]) -> str:
    """A form of buttons per clinic, and one for the network. `query` is what was asked for."""
    hidden = "\n".join(
        f'<input type="hidden" name="{name}" value="{escape(query[name])}">'
        for name in (*_KEPT, "state")
        if name in query
    )
    groups: dict[str, list[Client]] = {}
    for person in known:
        groups.setdefault(person.clinic or "", []).append(person)
    parts = [_group(clinic, each) for clinic, each in groups.items()]
    form = f'<form method="post" action="/authorize">\n{hidden}\n{"".join(parts)}</form>'
    return _framed("Sign in to the demo network", _ONLY + form)


def fault(sentence: str) -> str:
    text = f"<p>{escape(sentence)}.</p>\n<p>Go back to the console and sign in from there.</p>"
    return _framed("This sign-in cannot go on", _ONLY + text)


def _group(clinic: str, members: list[Client]) -> str:
    title = f"Clinic {clinic}" if clinic else "The network"
    items = "\n".join(f"<li>{_button(each)}</li>" for each in members)
    return f"<h2>{escape(title)}</h2>\n<ul>\n{items}\n</ul>\n"


def _button(person: Client) -> str:
    role = person.roles[0].replace("-", " ")
    sees = ", ".join(person.scopes)
    return (
        f'<button name="person" value="{escape(person.client_id)}">{escape(role)}'
        f" ({escape(person.client_id)})<span>may: {escape(sees)}</span></button>"
    )


def _framed(title: str, body: str) -> str:
    return _FRAME.format(title=escape(title), body=body)
