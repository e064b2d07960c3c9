"""A revoked caller is refused though the token is good, and the last list that was read counts."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.settings import ServiceSettings
from shared.web.identity import LOOK_EVERY_S, KeySource, Revocations, Tokens, Unauthenticated
from tests.kit.door import ISSUER, jwks_file, token

SUB, AT = "riverside-main", int(time.time()) - 100


class List:
    """The list in a file, and the tokens of a service that reads it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "revocations.json"
        self.revocations = Revocations(str(self.file))
        keys = KeySource(str(jwks_file(folder)))
        self.tokens = Tokens(ISSUER, "kap", keys, self.revocations)

    def says(self, content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        self.file.write_text(text, encoding="utf-8")
        self.revocations.read()

    def lets_in(self, **changes: Any) -> bool:
        return self.lets(f"Bearer {token(**changes)}")

    def lets(self, header: str) -> bool:
        try:
            return bool(self.tokens.principal([header]))
        except Unauthenticated:
            return False


@pytest.fixture
def listed(tmp_path: Path) -> List:
    return List(tmp_path)


def revoked(sub: Any = SUB, before: Any = AT) -> dict[str, Any]:
    return {"revoked": [{"sub": sub, "before": before}]}


@pytest.mark.parametrize(
    ("issued_at", "is_let_in"), [(AT - 1, False), (AT, False), (AT + 1, True), (None, False)]
)
def test_a_token_is_refused_if_issued_at_the_revocation_or_before(
    listed: List, issued_at: int | None, is_let_in: bool
) -> None:
    listed.says(revoked())

    assert listed.lets_in(iat=issued_at) is is_let_in


def test_others_are_let_in(listed: List) -> None:
    listed.says(revoked())

    assert listed.lets_in(sub="harbor-main", iat=AT - 1)
    assert listed.lets_in(sub="harbor-main", iat=None)


def test_a_token_that_was_remembered_is_refused_with_the_next_list(listed: List) -> None:
    header = f"Bearer {token(iat=AT)}"
    assert listed.lets(header)

    listed.says(revoked())

    assert not listed.lets(header)


def test_the_list_is_read_often_enough_for_the_promise_of_60_s() -> None:
    longest_answer_s = 3

    assert LOOK_EVERY_S + longest_answer_s < 60


def test_a_list_that_cannot_be_read_leaves_the_last_one_in_force(listed: List) -> None:
    listed.says(revoked())
    listed.file.unlink()

    listed.revocations.read()

    assert not listed.lets_in(iat=AT)


@pytest.mark.parametrize(
    "forged",
    [
        *("", "[]", "null", "{", '{"revoked": null}', '{"revoked": "all"}', '{"revoked": 7}'),
        *({}, {"revoked": [7]}, {"revoked": [{}]}, {"revoked": [None]}, {"revoked": {"a": 1}}),
        *(revoked(sub=None), revoked(sub=["*"]), revoked(before=None), revoked(before="0")),
        *(revoked(before=True), {"revoked": [{"sub": "b", "before": 1}, {"sub": SUB}]}),
        *("[" * 100_000, '{"revoked": [{"sub": "riverside-main", "before": NaN}]}'),
    ],
    ids=lambda forged: str(forged)[:40],
)
def test_a_list_of_another_shape_changes_nothing(listed: List, forged: Any) -> None:
    listed.says(revoked())

    listed.says(forged)

    assert not listed.lets_in(iat=AT)
    assert listed.lets_in(iat=AT + 1)


def test_a_shorter_list_that_is_whole_replaces_the_last(listed: List) -> None:
    listed.says(revoked())

    listed.says({"revoked": []})

    assert listed.lets_in(iat=AT)


def test_of_a_subject_that_is_named_twice_the_later_revocation_counts(listed: List) -> None:
    listed.says({"revoked": [*revoked()["revoked"], *revoked(before=AT - 50)["revoked"]]})

    assert not listed.lets_in(iat=AT - 10)


def test_before_the_first_list_nobody_is_revoked(listed: List) -> None:
    listed.revocations.read()

    assert listed.lets_in(iat=AT)


def test_a_process_reads_the_list_at_its_start_and_none_if_it_is_told_none(tmp_path: Path) -> None:
    file = tmp_path / "revocations.json"
    file.write_text(json.dumps(revoked()))
    told: dict[str, Any] = {
        "mongodb_uri": "",
        "kafka_bootstrap_servers": "",
        "token_issuer": ISSUER,
        "token_jwks": str(jwks_file(tmp_path)),
        "policy_file": tmp_path,
    }
    header = [f"Bearer {token(iat=AT)}"]

    assert Tokens.of(ServiceSettings(**told)).principal(header).subject == SUB
    with pytest.raises(Unauthenticated, match="revoked"):
        Tokens.of(ServiceSettings(**told, token_revocations=str(file))).principal(header)
