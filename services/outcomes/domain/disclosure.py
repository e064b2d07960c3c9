"""Which counts of a row analysts may see: no small cell, and none that can be worked out (OUT-7).

It judges one row of one release. Differences between releases are not its business.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations

Set = frozenset[str]


def disclosable(members: Mapping[str, Set], cells_min: int) -> frozenset[str]:
    """The names that may be shown. The first wanted wins where two would betray a third.

    Zero may be shown (CMS cell-size policy); 1 to below `cells_min` may not. The first set holds
    all the others: where it may not be shown, nothing may.
    """
    everybody, *_ = members.values()
    if 0 < len(everybody) < cells_min:
        return frozenset()
    names: list[str] = []
    shown: list[Set] = []
    for name, wanted in members.items():
        if all(not 0 < len(each) < cells_min for each in _derivable([*shown, wanted])):
            names.append(name)
            shown.append(wanted)
    return frozenset(names)


def _derivable(shown: list[Set]) -> Iterator[Set]:
    """What a reader of these counts can work out by adding and subtracting them."""
    yield from shown
    known = set(shown)
    for one, other in permutations(known, 2):
        if other < one:
            yield one - other
        if one & other in known:
            yield from (whole - one - other for whole in known if one | other <= whole)
