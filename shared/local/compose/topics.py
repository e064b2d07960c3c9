"""`python -m shared.local.compose.topics BOOTSTRAP [REPLICATION]`: the catalogue's topics."""

import sys
from threading import Event

from shared.kernel.errors import Unavailable
from shared.messaging.kafka_topics import create_topics

ATTEMPTS, PAUSE_S = 20, 1.0


def main() -> None:
    bootstrap, replication = sys.argv[1], int((sys.argv[2:] or ["1"])[0])
    for _ in range(ATTEMPTS):
        try:
            return create_topics(bootstrap, replication)
        except Unavailable:  # it has only just started
            Event().wait(PAUSE_S)
    sys.exit(f"Kafka at {bootstrap} has not answered {ATTEMPTS} times")


if __name__ == "__main__":
    main()
