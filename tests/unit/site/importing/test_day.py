"""The day at the desk: the forms propose what the network takes."""

from pathlib import Path

import pytest

from services.site.day.forms import forms, shown, understood
from shared.client.errors import BadEvent
from tests.kit.site.network import SiteNetwork


def test_what_the_forms_propose_is_accepted_one_after_the_other(tmp_path: Path) -> None:
    agent = SiteNetwork(tmp_path).agent()

    spooled = agent.post(
        [{"type": each.type, "subject": "patient-9", "data": each.fields} for each in forms()]
    )
    agent.sync()

    assert {row.verdict["verdict"] for row in agent.rows(spooled)} <= {"accepted", "deferred"}


@pytest.mark.parametrize("proposed", ["text", [1, 2, None], 3.5, True, {"a": [1]}])
def test_what_is_proposed_is_understood_when_it_is_typed(proposed: object) -> None:
    assert understood("field", shown(proposed), proposed) == proposed


def test_what_is_not_understood_says_how_to_type_it() -> None:
    with pytest.raises(BadEvent, match="such as"):
        understood("answers", "often", [1, 2])
