"""Pages: safe headers, nobody's text as markup, roles, own forms, sections that fail alone."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from services.console.frame.headers import content_security_policy
from tests.kit.console import CSRF, PEOPLE, Console, operations, seen, well
from tests.kit.door import ISSUER

HOSTILE = "<script>alert('a')</script>\"'&"
PAGES = ["/", "/operations", "/operations/lanes/intake", "/policy", "/signin", "/nowhere"]
FRAGMENTS = ["/cards", "/operations/live"]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    said = well()
    said["intake", "/v1/lanes"] = (200, {"items": []})
    return Console(tmp_path, said)


class Markup(HTMLParser):
    """What of a page is markup: its tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


# ---- headers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *FRAGMENTS])
def test_every_page_forbids_what_it_does_not_need_and_is_kept_nowhere(
    console: Console, path: str
) -> None:
    headers = console.client_of("operations").get(path).headers

    assert headers["Content-Security-Policy"] == content_security_policy(ISSUER)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_the_policy_of_content_names_this_origin_alone_and_the_issuer_for_forms() -> None:
    policy = dict(each.split(" ", 1) for each in content_security_policy(ISSUER).split("; "))

    assert policy == {
        "default-src": "'self'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": f"'self' {ISSUER}",
    }


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_script_or_style_of_its_own_and_loads_nothing_from_elsewhere(
    console: Console, path: str
) -> None:
    markup = Markup(console.client_of("operations").get(path).text)

    assert not markup.of("style")
    for tag, attributes in markup.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        address = attributes.get("src") or (attributes.get("href") if tag != "a" else None)
        assert address is None or address.startswith("/"), address
    assert all(each.get("src") for each in markup.of("script"))


def test_over_https_the_cookie_is_for_this_host_over_https_alone(tmp_path: Path) -> None:
    console = Console(tmp_path, well(), url="https://console.example")
    client = console.client()
    console.said["issuer", "authorization_code"] = (200, {"access_token": "a.b.c"})
    sent = client.post("/signin", base_url="https://localhost").location
    state = re.search("state=([^&]+)", sent)
    assert state

    answer = client.get(f"/signin/done?code=c&state={state[1]}", base_url="https://localhost")

    [kept] = [each for each in answer.headers.getlist("Set-Cookie") if "__Host-console=" in each]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(kept.split("; "))
    assert "max-age" in answer.headers["Strict-Transport-Security"]


# ---- hostile values --------------------------------------------------------------------------


def test_what_services_say_is_text_whatever_it_looks_like(console: Console) -> None:
    lane = {"lane": HOSTILE, "code": HOSTILE, "reason": HOSTILE, "since": "2026-11-24T11:00:00Z"}
    console.said["intake", "/v1/lanes"] = (200, {"items": [lane]})
    sites = [seen(HOSTILE, source=f"/clinics/c/sites/{HOSTILE}", missing=[[1, 2]])]
    topics = [{"topic": HOSTILE, "records": 1, "seconds": 1}]
    told = operations("intake", sites=sites, consumer=topics, health={HOSTILE: HOSTILE})
    console.said["intake", "/v1/operations"] = (200, told)
    client = console.client_of("operations")

    for path in ("/operations", "/operations/live", "/operations/lanes/intake", "/"):
        page = client.get(path).text
        assert "<script>alert" not in page, path
        assert all(each.get("src") for each in Markup(page).of("script")), path


@pytest.mark.parametrize("path", ["/policy?clinic={}", "/operations/lanes/{}", "/signin?next={}"])
def test_what_an_address_says_is_text_whatever_it_looks_like(console: Console, path: str) -> None:
    page = console.client_of("operations").get(path.format(HOSTILE))

    assert "<script>alert" not in page.text
    assert page.status_code < 500


def test_a_lane_of_a_strange_name_is_replayed_under_exactly_this_name(console: Console) -> None:
    client = console.client_of("operations")

    client.post("/operations/lanes/intake/a%3Fb%20c/replay", data={"csrf": CSRF})

    assert console.asked[-1].url.raw_path == b"/v1/lanes/a%3Fb%20c/replay"


# ---- roles and forms -------------------------------------------------------------------------


ALLOWED: dict[str, set[str]] = {
    "/": set(PEOPLE),
    "/policy": set(PEOPLE),
    "/operations": {"operations", "onlooker"},
    "/operations/live": {"operations", "onlooker"},
    "/operations/lanes/intake": {"operations", "onlooker"},
    "/operations/lanes/intake/p/replay": {"operations"},
}


@pytest.mark.parametrize("path", ALLOWED)
@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_is_shown_to_its_roles_alone(console: Console, path: str, person: str) -> None:
    answer = console.client_of(person).get(path)

    assert answer.status_code == (200 if person in ALLOWED[path] else 403)


def test_a_page_that_is_not_for_a_role_says_whose_it_is(console: Console) -> None:
    page = console.client_of("harbor-nurse").get("/operations").text

    assert "This page is for operations (ops:read)." in page
    assert console.asked == []


def test_the_menu_offers_what_may_be_seen_and_no_more(console: Console) -> None:
    nurse = Markup(console.client_of("harbor-nurse").get("/policy").text).of("a")
    operations_team = Markup(console.client_of("operations").get("/policy").text).of("a")

    assert "/operations" not in {each.get("href") for each in nurse}
    assert "/operations" in {each.get("href") for each in operations_team}


def test_who_may_only_look_is_offered_no_button(console: Console) -> None:
    lane = {"lane": "p", "code": "c", "reason": "r", "since": "2026-11-24T11:00:00Z"}
    console.said["intake", "/v1/lanes"] = (200, {"items": [lane]})

    assert "Replay" in console.client_of("operations").get("/operations/lanes/intake").text
    assert "Replay" not in console.client_of("onlooker").get("/operations/lanes/intake").text


FORMS = ["/signout", "/operations/lanes/intake/p/replay", "/operations/lanes/intake/p/discard"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "guessed"}, {"csrf": "é"}])
def test_a_form_that_is_not_of_this_session_does_nothing(
    console: Console, path: str, form: dict[str, str]
) -> None:
    client = console.client_of("operations")

    assert client.post(path, data=form).status_code == 403
    assert console.asked == []
    assert client.get_cookie("console") is not None


@pytest.mark.parametrize("path", PAGES[:4])
def test_every_form_of_a_page_carries_the_word_of_its_session(console: Console, path: str) -> None:
    page = console.client_of("operations").get(path).text

    assert page.count("<form") == page.count(f'name="csrf" value="{CSRF}"')


# ---- lanes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "asked", "counts", "words"),
    [
        ("replay", {}, {"applied": 3}, "3 events were applied"),
        (
            "discard",
            {"reason": "sent again by the site"},
            {"discarded": 2},
            "2 events were given up",
        ),
    ],
)
def test_a_lane_is_looked_after_by_one_who_confirms_it(
    console: Console, act: str, asked: dict[str, str], counts: dict[str, int], words: str
) -> None:
    path = f"/operations/lanes/intake/p/{act}"
    console.said["intake", f"/v1/lanes/p/{act}"] = (200, counts)
    client = console.client_of("operations")

    assert client.get(path).status_code == 200
    assert console.asked == []
    done = client.post(path, data={"csrf": CSRF, **asked}, follow_redirects=True)

    assert [each.method for each in console.asked] == ["POST", "GET"]
    assert words in done.text


def test_an_act_that_the_service_refuses_is_told_with_its_reason(console: Console) -> None:
    path = "/operations/lanes/intake/p/replay"
    console.said["intake", "/v1/lanes/p/replay"] = (403, {"detail": "the scope is needed"})

    page = console.client_of("operations").post(path, data={"csrf": CSRF}).text

    assert "intake does not show you this: the scope is needed." in page


@pytest.mark.parametrize("path", ["nobody", "intake/p/repeal", "analytics"])
def test_there_is_no_page_of_a_service_or_an_act_that_is_not(console: Console, path: str) -> None:
    assert console.client_of("operations").get(f"/operations/lanes/{path}").status_code == 404


# ---- sections fail alone ---------------------------------------------------------------------


def without(console: Console, host: str) -> None:
    console.said = {place: told for place, told in console.said.items() if place[0] != host}


@pytest.mark.parametrize("host", ["intake", "scheduling", "outcomes", "analytics"])
def test_a_service_that_is_away_costs_the_page_its_own_row(console: Console, host: str) -> None:
    without(console, host)

    answer = console.client_of("operations").get("/operations")

    assert answer.status_code == 200
    assert f"{host} does not answer. Look again in a minute." in answer.text
    assert "4 of 5" in answer.text
    assert "session-record" in answer.text


def test_a_network_that_is_away_is_told_on_a_page_that_is_whole(console: Console) -> None:
    console.said.clear()

    for path in ("/", "/operations"):
        answer = console.client_of("operations").get(path)
        assert answer.status_code == 200
        assert "</html>" in answer.text


@pytest.mark.parametrize("body", [[], "text", 7, {"lanes": 1}, {"service": "intake"}])
def test_an_answer_of_another_shape_is_a_service_that_does_not_tell(
    console: Console, body: Any
) -> None:
    console.said["intake", "/v1/operations"] = (200, body)

    answer = console.client_of("operations").get("/operations")

    assert answer.status_code == 200
    assert "intake answers in a way that this console does not know" in answer.text


def test_health_and_metrics_ask_nobody_who_they_are(console: Console) -> None:
    client = console.client()

    for path in ("/health/live", "/health/ready", "/metrics", "/static/app.css"):
        assert client.get(path).status_code == 200
    assert 'service="console"' in client.get("/metrics").text
