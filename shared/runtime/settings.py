"""What every process of every service must be told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """`token_jwks` is a URL or a file; so is `token_revocations`, or empty: nobody is revoked.

    `peers` is `name=url,name=url`, for event journeys.

    `audit_anchor_dir`: the folder in which the relay writes the heads of the audit chain down,
    beside Kafka: on a volume that is not the store's. `quota_*`: what one clinic may send to one
    process (see shared.web.operations.quota). `instance` names this replica to Kafka (static
    membership: a restart keeps its partitions). `otel_exporter_otlp_endpoint`: of a collector of
    traces, such as http://127.0.0.1:4318; empty: no traces are made.
    """

    mongodb_uri: str
    kafka_bootstrap_servers: str
    token_issuer: str
    token_jwks: str
    policy_file: Path
    token_audience: str = "kap"  # noqa: S105 - a public name, not a secret
    token_revocations: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    probe_port: int = 9100
    peers: str = ""
    instance: str = ""
    audit_anchor_dir: str = ""
    log_level: str = "INFO"
    quota_events_s: int = 2000
    quota_burst: int = 20_000
    quota_bulk: int = 5
    quota_bulk_per_clinic: int = 2
    otel_exporter_otlp_endpoint: str = ""

    @property
    def peer_urls(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in self.peers.split(",") if pair)
        return {name: url for name, _, url in pairs}
