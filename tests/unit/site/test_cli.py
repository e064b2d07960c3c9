"""`kap site` as a person and as a program sees it: words, JSON, exit codes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.site.cli.app import main
from services.site.cli.output import Exit
from shared.contracts import site
from tests.kit.site.network import DATA, SiteNetwork, answers, draft
from tests.kit.site.server import served

DIAGNOSIS = site.DiagnosisMade.type


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Kap = Callable[..., Ran]


@pytest.fixture
def network(tmp_path: Path) -> SiteNetwork:
    return SiteNetwork(tmp_path)


@pytest.fixture
def kap(
    network: SiteNetwork, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Kap]:
    def run(*words: str, stdin: str = "") -> Ran:
        monkeypatch.setattr("sys.argv", ["kap", *words])
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(stdin.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code, (out, err) = ended.value.code, capsys.readouterr()
        return Ran(int(code or 0), out, " ".join(err.split()))

    with capture_logs(), served(network) as home:  # what the services log is not of the command
        monkeypatch.setenv("KAP_SITE_HOME", str(home.folder))
        yield run


def posted(kap: Kap, kind: type[Any] = site.DiagnosisMade, *more: str) -> Ran:
    data = json.dumps(DATA[kind.type])
    when = draft(kind)["time"]
    words = ("--subject", "patient-1", "--data", data, "--time", when, "--json", *more)
    return kap("site", "post", kind.type, *words)


def test_an_event_is_posted_by_its_type_and_the_verdict_is_shown(kap: Kap) -> None:
    ran = posted(kap)

    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert [(each["state"], each["verdict"]) for each in ran.json] == [("taken", "accepted")]


def test_events_come_from_a_file_or_from_standard_input(kap: Kap, tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text(json.dumps([draft(site.DiagnosisMade, id=f"event-{n}") for n in (1, 2)]))
    lines = "\n".join(json.dumps(draft(site.DiagnosisMade, id=f"event-{n}")) for n in (2, 3))

    from_file = kap("site", "post", str(file), "--json")
    from_stdin = kap("site", "post", "-", "--json", stdin=lines)

    assert [each["sequence"] for each in from_file.json + from_stdin.json] == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere.json",), "no type that sites post and no file"),
        ((DIAGNOSIS, "--subject", "p1", "--data", "{"), "--data is not JSON"),
        ((DIAGNOSIS, "--subject", "p1"), "/diagnosis: Missing data"),
        ((DIAGNOSIS, "--data", json.dumps(DATA[DIAGNOSIS])), "/subject: is missing"),
    ],
)
def test_what_cannot_be_posted_is_one_sentence(kap: Kap, words: tuple[str, ...], says: str) -> None:
    ran = kap("site", "post", *words)

    assert (ran.code, ran.out) == (Exit.REFUSED, "")
    assert says in ran.err


def test_a_post_without_a_network_is_kept_and_goes_with_the_next_sync(
    kap: Kap, network: SiteNetwork
) -> None:
    network.faults = [answers(503)] * 2
    kept = posted(kap)

    synced = kap("site", "sync", "--json")

    assert (kept.code, kept.json[0]["state"]) == (Exit.DONE, "waiting")
    assert "Spooled, not sent yet" in kept.err
    assert (synced.code, synced.json) == (Exit.DONE, {"sent": 1, "waiting": 0, "accepted": 1})


def test_offline_asks_nobody(kap: Kap, network: SiteNetwork) -> None:
    assert posted(kap, site.DiagnosisMade, "--offline").json[0]["state"] == "waiting"
    assert network.posts == []


def test_a_refusal_ends_in_look_and_is_mended_from_the_tray(kap: Kap) -> None:
    refused = posted(kap, site.ConsentWithdrawn)
    event_id = refused.json[0]["id"]

    listed = kap("site", "tray", "list", "--json").json
    shown = kap("site", "tray", "show", event_id, "--json").json
    fixed = kap("site", "tray", "fix", event_id, "reason=moved-away", "--json").json

    assert refused.code == Exit.LOOK
    assert [(each["id"], each["why"]) for each in listed] == [
        (event_id, "this one is always refused")
    ]
    assert shown["event"]["data"] == {"reason": "patient-request"}
    assert (fixed[0]["amends"], fixed[0]["state"]) == (event_id, "waiting")
    synced = kap("site", "sync")
    assert synced.code == Exit.LOOK
    assert "tray list" in synced.err


def test_dismissing_needs_a_reason(kap: Kap) -> None:
    event_id = posted(kap, site.ConsentWithdrawn).json[0]["id"]

    assert kap("site", "tray", "dismiss", event_id).code == Exit.USAGE
    done = kap("site", "tray", "dismiss", event_id, "--reason", "a test", "--json")
    assert done.json[0]["note"] == "a test"
    assert kap("site", "tray", "resend", event_id).code == Exit.REFUSED


def test_a_change_must_say_what(kap: Kap) -> None:
    event_id = posted(kap, site.ConsentWithdrawn).json[0]["id"]

    assert "Say what to change" in kap("site", "tray", "fix", event_id).err
    assert "write field=value" in kap("site", "tray", "fix", event_id, "reason").err
    assert "no JSON object" in kap("site", "tray", "fix", event_id, "--data", "[]").err


def test_status_tells_what_waits_without_asking_anybody(kap: Kap, network: SiteNetwork) -> None:
    posted(kap, site.ScreeningAnswered, "--offline")
    network.away = {"intake"}

    found = kap("site", "status", "--json").json

    assert found["waiting"] == {"safety": 1, "routine": 0}
    assert found["source"] == "/clinics/riverside/sites/main"
    assert "safety 1, routine 0" in kap("site", "status").out


def test_doctor_ends_in_look_when_something_is_wrong(kap: Kap, network: SiteNetwork) -> None:
    assert kap("site", "doctor").code == Exit.DONE
    network.away = {"intake"}

    ran = kap("site", "doctor", "--json")

    assert ran.code == Exit.LOOK
    assert [each["check"] for each in ran.json if each["remedy"]] == ["way to intake"]


def test_a_journey_begins_in_the_spool(kap: Kap) -> None:
    event_id = posted(kap).json[0]["id"]

    found = kap("site", "journey", event_id, "--json").json

    assert found["here"]["state"] == "taken"
    assert [each["by"] for each in found["network"]["handled"]] == ["site"]
    assert "accepted" in kap("site", "journey", event_id).out
    assert kap("site", "journey", "nobody").code == Exit.REFUSED


def test_a_revoked_site_may_do_nothing_and_is_told_so(kap: Kap, network: SiteNetwork) -> None:
    network.revoked = True

    assert posted(kap).code == Exit.NOT_ALLOWED
    assert kap("site", "status", "--json").json["waiting"]["routine"] == 1


def test_a_network_that_stays_away_is_its_own_exit_code(kap: Kap, network: SiteNetwork) -> None:
    posted(kap, site.DiagnosisMade, "--offline")
    network.faults = [answers(404)]

    assert kap("site", "sync").code == Exit.REFUSED


def test_a_damaged_spool_is_repaired_said_and_ends_in_look(kap: Kap, network: SiteNetwork) -> None:
    posted(kap, site.DiagnosisMade, "--offline")
    for file in network.folder.glob("home/spool.db*"):
        file.write_bytes(b"damaged" * 999)

    ran = posted(kap)

    assert (ran.code, ran.json[0]["verdict"]) == (Exit.LOOK, "accepted")
    assert "The spool was damaged. It lies at" in ran.err


def test_who_is_not_enrolled_is_told_how(kap: Kap, tmp_path: Path) -> None:
    ran = kap("site", "status", "--home", str(tmp_path / "nowhere"))

    assert ran.code == Exit.NOT_ALLOWED
    assert "kap site enrol CODE" in ran.err
    assert not (tmp_path / "nowhere").exists()
