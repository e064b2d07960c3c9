"""What the console must be told: where people sign in, whom it reads, and its own key."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """`token_issuer` is where browsers sign in, `token_endpoint` how the console itself gets there.

    `services` is `name=url,name=url`, the analytics process among them. `console_key`: 32 bytes in
    base64, under which the readers' sessions are sealed. `token_jwks` is a URL or a file;
    so is `token_revocations`, or empty: nobody is revoked.
    """

    token_issuer: str
    token_endpoint: str
    token_jwks: str
    services: str
    console_key: str
    console_url: str
    policy_file: Path
    console_client_id: str = "console"
    token_revocations: str = ""
    token_audience: str = "kap"  # noqa: S105 - a public name, not a secret
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    log_level: str = "INFO"

    @property
    def service_urls(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in self.services.split(",") if pair)
        return {name: url.rstrip("/") for name, _, url in pairs}

    @property
    def is_secure(self) -> bool:
        return self.console_url.startswith("https://")
