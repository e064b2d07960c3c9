"""The consumer process: hears Kafka, decides, and takes up what waited."""

from functools import partial

from shared.contracts.topics import heard_by
from shared.kernel.policy import Policy
from shared.messaging.clock import AlarmClock, alarm_routes
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letter import DeadLetters
from shared.messaging.deferrals import Deferrals
from shared.messaging.kafka import KafkaSubscription
from shared.messaging.measuring.reaching import ReachingSubscription
from shared.processes.loop import Loop
from shared.processes.service import Service
from shared.processes.watch import LAST_LOOK_S, Watch
from shared.runtime import clock, logs, probe
from shared.runtime.metrics import Dependency
from shared.runtime.process import Drain, background, settle
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore
from shared.storage.store import Document

SWEEP_S, WATCH_S = 0.5, 10.0


def run(service: Service, settings: ServiceSettings) -> None:
    """Consumes until SIGTERM; a batch that has begun is finished."""
    logs.configure(service.name, "consumer", settings.log_level)
    drain = Drain().on_signals()
    store = MongoStore(settings.mongodb_uri)
    kafka = Dependency(service.name, "kafka")
    subscription = ReachingSubscription(
        KafkaSubscription(
            settings.kafka_bootstrap_servers,
            service.name,
            [topic.name for topic in heard_by(service.name)],
            settings.instance,
        ),
        kafka,
    )
    policy = service.policy(settings)
    routes, runner = service.routes(policy), service.runner(store)
    consumer = Consumer(
        service.name, subscription, runner, routes, lambda: not drain, clock.backoff
    )
    loop = _loop(service, policy, consumer, store)
    checks = {"mongodb": store.ping, "kafka": loop.check}
    probe.serve(settings.probe_port, checks, settings.http_host)
    watch = _watch(service, settings, consumer, store, kafka)
    watching = background("watch", partial(watch.run, drain))
    settle()
    loop.run(drain)
    watching.join(timeout=LAST_LOOK_S)
    subscription.close()
    store.close()


def _watch(
    service: Service,
    settings: ServiceSettings,
    consumer: Consumer,
    store: MongoStore,
    kafka: Dependency,
) -> Watch:
    def tell() -> Document:
        now = clock.utc_now()
        behind = [
            {"topic": each.topic, "records": each.records, "seconds": each.seconds(now)}
            for each in consumer.lag.behind.values()
        ]
        return {"kafka": kafka.state, "lag": behind}

    instance, mongodb = (
        settings.instance or clock.random_token(),
        Dependency(service.name, "mongodb"),
    )
    return Watch("consumer", instance, store, store.ping, mongodb, clock.utc_now, tell)


def _loop(service: Service, policy: Policy, consumer: Consumer, store: MongoStore) -> Loop:
    routes, runner = consumer.routes, consumer.runner
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
