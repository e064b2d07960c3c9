"""Settings from the environment: typed, from secrets' files too, and every fault at once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.runtime.environment import SettingsError, read
from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Toy:
    uri: str
    password: str
    port: int
    level: str = "INFO"
    retries: int = 3


GOOD = {"URI": "mongodb://somewhere", "PASSWORD": "open sesame", "PORT": "8080"}


def test_settings_are_read_by_name_with_their_types_and_defaults() -> None:
    assert read(Toy, GOOD | {"LEVEL": "DEBUG", "OTHER": "x"}) == Toy(
        "mongodb://somewhere", "open sesame", 8080, level="DEBUG"
    )


def test_every_missing_name_is_in_the_message() -> None:
    with pytest.raises(SettingsError) as refusal:
        read(Toy, {"PORT": ""})

    assert str(refusal.value) == "URI is not set; PASSWORD is not set; PORT is not set"


def test_what_is_missing_and_what_cannot_be_read_are_reported_together() -> None:
    with pytest.raises(SettingsError) as refusal:
        read(Toy, {"PORT": "eighty", "RETRIES": "", "URI": "u"})

    assert str(refusal.value) == "PASSWORD is not set; PORT is not a int; RETRIES is not a int"


def test_a_secret_may_be_in_a_file_which_goes_before_the_variable(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file\n")

    found = read(Toy, GOOD | {"PASSWORD_FILE": str(tmp_path / "password")})

    assert found.password == "from the file"


def test_a_secrets_file_that_cannot_be_read_is_reported_by_its_name_only(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(Toy, GOOD | {"PASSWORD_FILE": str(tmp_path / "nothing"), "URI": ""})

    assert str(refusal.value) == "URI is not set; PASSWORD_FILE cannot be read"


def test_a_service_says_all_that_it_needs() -> None:
    with pytest.raises(SettingsError) as refusal:
        read(ServiceSettings, {})

    missing = ["MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS", "TOKEN_ISSUER", "TOKEN_JWKS"]
    assert [each for each in [*missing, "POLICY_FILE"] if each not in str(refusal.value)] == []


def test_peers_are_names_and_urls() -> None:
    settings = ServiceSettings(
        "m", "k", "i", "j", Path("p"), peers="a=http://a:1,b=http://b:2/?x=1"
    )

    assert settings.peer_urls == {"a": "http://a:1", "b": "http://b:2/?x=1"}
