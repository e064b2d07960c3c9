"""The relay process: what the journal has not sent, to Kafka."""

from contextlib import suppress
from functools import partial

from shared.kernel.errors import Unavailable
from shared.messaging.audit.notary import Notary
from shared.messaging.kafka import KafkaPublisher
from shared.messaging.relay import Relay
from shared.processes.loop import Loop
from shared.processes.service import Service
from shared.runtime import clock, logs, probe
from shared.runtime.process import Drain, settle
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore

IDLE_S, MEASURE_S, HEARTBEAT_S = 0.03, 5.0, 10.0
SEAL_S, ANCHOR_S = 1.0, 60.0


def run(service: Service, settings: ServiceSettings) -> None:
    """Relays until SIGTERM; a page that has begun is finished."""
    logs.configure(service.name, "relay", settings.log_level)
    drain = Drain().on_signals()
    store = MongoStore(settings.mongodb_uri)
    holder = settings.instance or clock.random_token()
    publisher = KafkaPublisher(settings.kafka_bootstrap_servers, f"{service.name}-relay")
    relay = Relay(service.name, holder, store, publisher, clock.utc_now)
    notary = Notary(relay, settings.audit_anchor_file)
    loop = Loop(
        prepare=partial(store.prepare, service.collections),
        turn=relay.turn,
        chores=[
            (MEASURE_S, relay.measure),
            (HEARTBEAT_S, relay.beat),
            (SEAL_S, notary.seal),
            (ANCHOR_S, notary.anchor),
        ],
        idle_s=IDLE_S,
    )
    checks = {"mongodb": store.ping, "kafka": loop.check}
    probe.serve(settings.probe_port, checks, settings.http_host)
    settle()
    loop.run(drain)
    _leave(notary)
    publisher.close()
    store.close()


def _leave(notary: Notary) -> None:
    """What was done last is sealed and anchored too, if anybody is there to do it with."""
    with suppress(Unavailable):
        notary.seal()
        notary.anchor()
