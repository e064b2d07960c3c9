"""What analysts see of a network of ordinary size: safe is not enough, it must be of use."""

from functools import cache

from services.outcomes.analytics.releases.making import release_cells
from services.outcomes.analytics.releases.suppression import Cells
from services.outcomes.analytics.report.counts import Dimension, Group
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.shapes import NetworkRow
from tests.contract.catalogue import POLICY
from tests.kit.analytics.network import demo_frames

NETWORK = Group()


@cache
def released() -> Cells:
    return release_cells(demo_frames(), [], POLICY)


def rows(*by: Dimension) -> list[NetworkRow]:
    return list(network_report(demo_frames(), by, POLICY, shown=released()).items)


def test_of_three_clinics_of_47_treated_patients_every_clinics_response_is_shown_with_its_n() -> (
    None
):
    told = [row.windows[0].response.observed for row in rows("clinic")]

    assert [(each.numerator, each.denominator) for each in told] == [(19, 41), (16, 42), (17, 39)]
    assert all(each.low and each.percent and each.high for each in told)
    assert [each.lost for each in told] == [None, None, None]


def test_the_few_of_each_clinic_without_a_result_hide_how_many_were_treated() -> None:
    assert [row.patients.value for row in rows("clinic")] == [None, None, None]
    assert [row.patients.value for row in rows()] == [141]


def test_of_four_indications_the_two_of_many_show_the_response_and_two_are_hidden_together() -> (
    None
):
    told = {row.indication: row.windows[0].response.observed for row in rows("indication")}

    assert {name: each.numerator for name, each in told.items()} == {
        "chronic-depression": 16,
        "existential-distress": None,
        "ptsd": None,
        "treatment-resistant-depression": 15,
    }


def test_of_the_network_response_is_shown_at_the_latest_and_at_the_end() -> None:
    [row] = rows()
    latest, end = row.windows[0], row.windows[1]

    assert (latest.response.observed.numerator, latest.response.observed.lost) == (52, 19)
    assert latest.remission.observed.numerator == 19
    assert latest.deteriorated.observed.numerator is None
    assert (end.response.observed.numerator, end.response.observed.denominator) == (52, 109)
    assert (end.due.value, end.response.observed.lost) == (None, None)


def test_of_carried_results_a_release_says_nothing() -> None:
    [row] = rows()

    assert all(each.response.carried.suppressed for each in row.windows[1:])
