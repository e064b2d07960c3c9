"""How far a consumer is behind, in seconds: never less than it is, nor more than it may be."""

from datetime import timedelta

from shared.messaging.consumer import Consumer
from shared.messaging.measuring.lag import Lag, Place
from shared.messaging.memory import MemoryBroker, MemorySubscription
from shared.runtime import metrics
from shared.storage.memory import MemoryStore
from tests.kit.toy import NOW, ROUTES, Clock, runner

FIRST, SECOND = ("intake.patient", 0), ("intake.patient", 1)
MINUTE = timedelta(minutes=1)


def seconds(lag: Lag, clock: Clock) -> float:
    return lag.behind["intake.patient"].seconds(clock())


def test_nothing_unread_is_no_seconds_however_old_the_last_record_is() -> None:
    lag = Lag(clock := Clock())

    lag.look({FIRST: 0}, {FIRST: NOW - 60 * MINUTE})

    assert (lag.behind["intake.patient"].records, seconds(lag, clock)) == (0, 0.0)


def test_what_waits_came_after_the_last_record_that_was_read() -> None:
    lag = Lag(clock := Clock())

    lag.look({FIRST: 5, SECOND: 1}, {FIRST: NOW - 3 * MINUTE, SECOND: NOW - MINUTE})

    assert (lag.behind["intake.patient"].records, seconds(lag, clock)) == (6, 180.0)


def test_what_waits_came_after_the_last_look_at_which_nothing_waited() -> None:
    lag = Lag(clock := Clock())
    lag.look({FIRST: 0}, {FIRST: NOW - 60 * MINUTE})
    clock.move(MINUTE)

    lag.look({FIRST: 9}, {FIRST: NOW - 60 * MINUTE})
    assert seconds(lag, clock) == 60.0

    clock.move(MINUTE)
    assert seconds(lag, clock) == 120.0, "it grows though nobody looks"


def test_where_nothing_was_ever_read_it_is_counted_from_the_first_look() -> None:
    lag = Lag(clock := Clock())
    lag.look({FIRST: 9}, {})
    clock.move(MINUTE)

    lag.look({FIRST: 12}, {})

    assert seconds(lag, clock) == 60.0


def test_a_record_of_a_clock_that_is_ahead_is_no_negative_age() -> None:
    lag = Lag(clock := Clock())

    lag.look({FIRST: 1}, {FIRST: NOW + 60 * MINUTE})

    assert seconds(lag, clock) == 0.0


def test_what_is_no_longer_owned_is_forgotten() -> None:
    lag = Lag(clock := Clock())
    lag.look({FIRST: 0, SECOND: 3}, {})
    clock.move(MINUTE)
    lag.look({SECOND: 3}, {})
    clock.move(MINUTE)

    lag.look({FIRST: 2, SECOND: 3}, {})

    assert seconds(lag, clock) == 120.0, "of the second, which was kept all the time"
    lag.look({FIRST: 2}, {})
    assert seconds(lag, clock) == 0.0, "the first is as new as it is unknown"
    lag.look({}, {})
    assert lag.behind == {}


class Rebalanced(MemorySubscription):
    """A member that is given other partitions while it runs."""

    owned: tuple[Place, ...] = (FIRST, SECOND)

    def lag(self) -> dict[tuple[str, int], int]:
        return dict.fromkeys(self.owned, 4)


def test_a_consumer_shows_what_it_owns_and_nothing_of_what_went_to_another() -> None:
    subscription = Rebalanced(MemoryBroker(), "lag-test", ["intake.patient"])
    watched = Consumer(
        "lag-test", subscription, runner(MemoryStore()), ROUTES, lambda: True, lambda _n: None
    )

    def shown() -> set[str]:
        lines = metrics.exposition().decode().splitlines()
        return {line for line in lines if "lag-test" in line and line.startswith("consumer_lag")}

    watched.watch()
    assert len(shown()) == 3
    subscription.owned = (SECOND,)
    watched.watch()

    assert shown() == {
        'consumer_lag_records{partition="1",service="lag-test",topic="intake.patient"} 4.0',
        'consumer_lag_seconds{service="lag-test",topic="intake.patient"} 0.0',
    }
