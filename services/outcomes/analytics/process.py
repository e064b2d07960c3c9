"""The analytics process: a thread that feeds the columns, and the parts that answer from them."""

from typing import Any

from services.outcomes.adapters.stream_keys import StreamKeys
from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.exports import http as exports
from services.outcomes.analytics.columns.feed import Feed
from services.outcomes.analytics.columns.live import TOPICS, Columns
from services.outcomes.analytics.delivery import http as stream
from services.outcomes.analytics.delivery.cursor import PURPOSE, Cursors
from services.outcomes.analytics.delivery.http import Delivery
from services.outcomes.analytics.pictures import http as charts
from services.outcomes.analytics.releases import http as released
from services.outcomes.analytics.releases.http import answer_of
from services.outcomes.analytics.releases.making import Releases
from services.outcomes.analytics.releases.store import Folder
from services.outcomes.analytics.report import http as reports
from services.outcomes.settings import Settings
from shared.codec.sealing import SubjectKeyring
from shared.contracts.topics import OUTCOMES
from shared.kernel.policy import Policy
from shared.messaging.tail.kafka_tail import TopicsTail
from shared.processes.server import serve
from shared.runtime import clock, logs
from shared.runtime.policy_file import load
from shared.runtime.process import Drain, background
from shared.storage.mongo import MongoStore
from shared.web.app import Door, create_app
from shared.web.identity import Tokens

THREADS = 32
"""Each live connection of an analyst holds one."""


def run(settings: Settings, keys: SubjectKeyring) -> None:
    """Serves until SIGTERM."""
    serve(lambda drain: application(settings, keys, drain), settings, THREADS)


def application(settings: Settings, keys: SubjectKeyring, drain: Drain) -> Any:
    """The WSGI application on columns that are being fed."""
    logs.configure(OUTCOMES, "analytics", settings.log_level)
    policy = load(settings.policy_file)
    subjects = StreamKeys(MongoStore(settings.mongodb_uri), keys)
    columns = Columns(Archive(settings.analytics_dir), subjects, clock.utc_now)
    feed = Feed(columns, TopicsTail(settings.kafka_bootstrap_servers, TOPICS), drain)
    background("feed", feed.run)
    cursors = Cursors(keys.derived(PURPOSE), columns.epoch)
    releases = Releases(Folder(settings.analytics_dir / "releases"), columns, policy, clock.utc_now)
    tokens = Tokens.of(settings)
    delivery = Delivery(
        columns.log,
        cursors,
        feed.ready.is_set,
        lambda: bool(feed.drain),
        is_revoked=tokens.revocations.has,
    )
    blueprints = _blueprints(columns, releases, policy, cursors, delivery)
    return create_app(Door(OUTCOMES, tokens, {"columns": feed.check}, blueprints))


def _blueprints(
    columns: Columns, releases: Releases, policy: Policy, cursors: Cursors, delivery: Delivery
) -> list[Any]:
    """What the parts answer over HTTP."""
    return [
        stream.blueprint(delivery),
        exports.blueprint(exports.Exports(columns, cursors.text)),
        reports.blueprint(columns, policy, answer_of(releases)),
        released.blueprint(releases),
        charts.blueprint(columns, policy),
    ]
