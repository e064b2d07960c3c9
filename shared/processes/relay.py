"""The relay process: what the journal has not sent, to Kafka."""

from contextlib import suppress
from functools import partial

from shared.kernel.errors import Unavailable
from shared.messaging.audit import anchors
from shared.messaging.audit.notary import Notary
from shared.messaging.kafka import KafkaPublisher
from shared.messaging.measuring.reaching import ReachingPublisher
from shared.messaging.relay import Relay
from shared.processes.gauges import Gauges
from shared.processes.loop import Loop
from shared.processes.service import Service
from shared.processes.watch import LAST_LOOK_S, Watch
from shared.runtime import clock, logs, probe, tracing
from shared.runtime.metrics import Dependency
from shared.runtime.process import Drain, background, settle
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore

IDLE_S, HEARTBEAT_S, SEAL_S, ANCHOR_S = 0.03, 10.0, 1.0, 60.0


def run(service: Service, settings: ServiceSettings) -> None:
    """Relays until SIGTERM; a page that has begun is finished."""
    logs.configure(service.name, "relay", settings.log_level)
    tracing.configure(service.name, "relay", settings.otel_exporter_otlp_endpoint)
    drain = Drain().on_signals()
    store = MongoStore(settings.mongodb_uri)
    holder = settings.instance or clock.random_token()
    kafka = Dependency(service.name, "kafka")
    publisher = ReachingPublisher(
        KafkaPublisher(settings.kafka_bootstrap_servers, f"{service.name}-relay"), kafka
    )
    relay = Relay(service.name, holder, store, publisher, clock.utc_now)
    notary = Notary(relay, anchors.file_in(settings.audit_anchor_dir, service.name))
    loop = Loop(
        prepare=partial(store.prepare, service.collections),
        turn=relay.turn,
        chores=[(HEARTBEAT_S, relay.beat), (SEAL_S, notary.seal), (ANCHOR_S, notary.anchor)],
        idle_s=IDLE_S,
    )
    checks = {"mongodb": store.ping, "kafka": loop.check}
    probe.serve(settings.probe_port, checks, settings.http_host)
    watch = _watch(service, settings, relay, store, kafka)
    watching = background("watch", partial(watch.run, drain))
    settle()
    loop.run(drain)
    _leave(notary)
    watching.join(timeout=LAST_LOOK_S)
    publisher.close()
    store.close()


def _leave(notary: Notary) -> None:
    """What was done last is sealed and anchored too, if anybody is there to do it with."""
    with suppress(Unavailable):
        notary.seal()
        notary.anchor()


def _watch(
    service: Service, settings: ServiceSettings, relay: Relay, store: MongoStore, kafka: Dependency
) -> Watch:
    gauges = Gauges(service, service.policy(settings), relay, store, clock.utc_now)
    return Watch(
        "relay",
        relay.holder,
        store,
        store.ping,
        Dependency(service.name, "mongodb"),
        clock.utc_now,
        tell=lambda: {"kafka": kafka.state, "leads": relay.leads},
        chore=gauges.look,
        away=gauges.away,
    )
