"""Tokens against the real clock: what was verified once is not taken for ever."""

import time
from pathlib import Path

from shared.web.identity import SKEW_S, KeySource, Tokens, Unauthenticated
from tests.kit.door import ISSUER, jwks_file, token
from tests.kit.eventually import eventually


def test_a_remembered_token_still_ends_with_its_expiry(tmp_path: Path) -> None:
    tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(tmp_path))))
    expired_but_for_the_skew = int(time.time()) - SKEW_S + 1
    headers = [f"Bearer {token(exp=expired_but_for_the_skew)}"]
    assert tokens.principal(headers).clinic == "riverside"

    def refused() -> bool:
        try:
            return not tokens.principal(headers)
        except Unauthenticated:
            return True

    assert eventually(refused, within_s=5)
