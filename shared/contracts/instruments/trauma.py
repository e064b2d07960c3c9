"""Post-traumatic stress: the PCL-5, its clusters, and its diagnosis rule apart from the sum."""

from shared.contracts.instruments.definition import (
    Answered,
    Instrument,
    Licence,
    Recall,
    Subscales,
)
from shared.contracts.instruments.scoring import prorated_sum, sum_of

_CLUSTERS = {
    "intrusion": range(1, 6),
    "avoidance": range(6, 8),
    "cognition-and-mood": range(8, 15),
    "arousal": range(15, 21),
}
"""Criteria B, C, D and E of DSM-5."""
_NEEDED = {"intrusion": 1, "avoidance": 1, "cognition-and-mood": 2, "arousal": 2}
_ENDORSED_FROM = 2


def _clusters(answers: Answered) -> Subscales:
    return {name: sum_of(answers, items) for name, items in _CLUSTERS.items()}


def provisional_ptsd(answers: Answered) -> bool | None:
    """Enough items at 2 or more in each cluster (S30); None: the missing answers would decide."""
    answered = [_endorsed(answers, name, missing=False) for name in _CLUSTERS]
    if all(answered):
        return True
    at_most = [_endorsed(answers, name, missing=True) for name in _CLUSTERS]
    return None if all(at_most) else False


def _endorsed(answers: Answered, cluster: str, *, missing: bool) -> bool:
    """`missing`: what an unanswered item counts as."""
    found = [answers[item - 1] for item in _CLUSTERS[cluster]]
    counted = [missing if each is None else each >= _ENDORSED_FROM for each in found]
    return sum(counted) >= _NEEDED[cluster]


PCL_5 = Instrument(
    "pcl-5",
    "PCL-5",
    "pcl-5/weathers-2013/1",
    items=20,
    item_max=4,
    score=prorated_sum,
    total_range=(0, 80),
    recall=Recall("days", 30),
    licence=Licence("us-public-domain", True, "Made by the US government, not copyrighted."),
    bands=((0, "below-cut-off"), (31, "probable-ptsd")),
    has_response=True,  # no published consensus: the network's half of baseline counts
    parts=_clusters,
)
