"""`kap ops verify` and `kap ops audit`: each report ends with the code it deserves."""

import json
from pathlib import Path

import pytest
from typer import Exit as Left

from services.site.cli import ops_audit
from services.site.cli.output import Exit
from shared.client.errors import NotAnswering

CHAIN = {"invariant": "I14 sealed", "checked": 3, "violations": 0, "witnesses": [], "notes": []}
ORDER = {
    "invariant": "I5 ordered",
    "checked": 9,
    "violations": 1,
    "witnesses": ["intake.patient/0/4: it goes from 2 to 4"],
    "notes": [],
}
TOLD = [{"service": "intake", "invariants": [CHAIN, ORDER]}]


def test_what_is_not_as_it_must_be_ends_with_look_and_its_witness(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(Left) as left:
        ops_audit._report(TOLD, as_json=False)

    assert left.value.exit_code == Exit.LOOK
    assert "intake I5: intake.patient/0/4: it goes from 2 to 4" in capsys.readouterr().out


def test_of_the_audit_only_the_chain_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    ops_audit._report(TOLD, as_json=True, only=ops_audit.OF_AUDIT)

    assert json.loads(capsys.readouterr().out) == [{"service": "intake", **CHAIN}]


def test_a_service_that_could_not_be_verified_is_named() -> None:
    told = [{"service": "outcomes", "error": "MongoDB is away", "invariants": []}]

    with pytest.raises(NotAnswering, match="outcomes: MongoDB is away"):
        ops_audit._report(told, as_json=True)


def test_without_a_network_or_its_stores_it_says_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    with pytest.raises(NotAnswering, match="start a network"):
        ops_audit.verify(file)

    file.write_text(json.dumps({"mongodb": {}, "kafka": {"bootstrap_servers": "127.0.0.1:1"}}))

    with pytest.raises(NotAnswering, match="MongoDB has no address here"):
        ops_audit.verify(file)
