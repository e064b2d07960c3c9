"""The consumer process: hears Kafka, decides, and takes up what waited."""

from functools import partial

from shared.contracts.topics import heard_by
from shared.messaging.clock import AlarmClock, alarm_routes
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letter import DeadLetters
from shared.messaging.deferrals import Deferrals
from shared.messaging.kafka import KafkaSubscription
from shared.processes.loop import Loop
from shared.processes.service import Service
from shared.runtime import clock, logs, probe
from shared.runtime.process import Drain, settle
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore

SWEEP_S, WATCH_S = 0.5, 10.0


def run(service: Service, settings: ServiceSettings) -> None:
    """Consumes until SIGTERM; a batch that has begun is finished."""
    logs.configure(service.name, "consumer", settings.log_level)
    drain = Drain().on_signals()
    store = MongoStore(settings.mongodb_uri)
    subscription = KafkaSubscription(
        settings.kafka_bootstrap_servers,
        service.name,
        [topic.name for topic in heard_by(service.name)],
        settings.instance,
    )
    loop = _loop(service, settings, store, subscription, drain)
    checks = {"mongodb": store.ping, "kafka": loop.check}
    probe.serve(settings.probe_port, checks, settings.http_host)
    settle()
    loop.run(drain)
    subscription.close()
    store.close()


def _loop(
    service: Service,
    settings: ServiceSettings,
    store: MongoStore,
    subscription: KafkaSubscription,
    drain: Drain,
) -> Loop:
    policy = service.policy(settings)
    routes, runner = service.routes(policy), service.runner(store)
    consumer = Consumer(
        service.name, subscription, runner, routes, lambda: not drain, clock.backoff
    )
    lanes = DeadLetters(service.name, runner, routes)
    patience = policy.days("events.patience_d")
    alarms = service.alarms(policy)
    taken_up = routes | alarm_routes(service.name, alarms)
    deferrals = Deferrals(service.name, runner, taken_up, clock.utc_now, patience)
    alarm_clock = AlarmClock(service.name, runner, alarms, clock.utc_now)
    return Loop(
        prepare=partial(store.prepare, service.collections),
        turn=consumer.turn,
        chores=[
            (SWEEP_S, deferrals.sweep),
            (SWEEP_S, lanes.sweep),
            (SWEEP_S, alarm_clock.sweep),
            (WATCH_S, consumer.watch),
        ],
    )
