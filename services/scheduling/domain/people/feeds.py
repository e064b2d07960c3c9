"""A calendar that a phone subscribes to: one secret address for a patient or for a resource."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

Owner = Literal["patient", "resource"]


@dataclass(frozen=True, slots=True)
class ChangeFeed:
    """Opens or closes the calendar of a patient or a resource."""

    event_id: str
    at: datetime
    owner: Owner
    owner_id: str


@dataclass(frozen=True, slots=True)
class Feed:
    """What its clinic knows. `token` is the secret of its address, empty once it is closed."""

    owner: Owner
    owner_id: str
    token: str
    opened_at: datetime
    is_open: bool = True

    @property
    def id(self) -> str:
        return feed_id(self.owner, self.owner_id)


@dataclass(frozen=True, slots=True)
class Address:
    """What the address leads to, found by the SHA-256 of its token: it does not say the token."""

    sha256: str
    clinic: str
    owner: Owner
    owner_id: str
    is_open: bool = True


def feed_id(owner: Owner, owner_id: str) -> str:
    return f"{owner}-{owner_id}"


def address_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def opened(command: ChangeFeed, token: str, clinic: str) -> tuple[Feed, Address]:
    feed = Feed(command.owner, command.owner_id, token, command.at)
    return feed, Address(address_of(token), clinic, command.owner, command.owner_id)


def closed(feed: Feed, clinic: str) -> tuple[Feed, Address]:
    """The address leads nowhere from now on; another opening makes another one."""
    address = Address(address_of(feed.token), clinic, feed.owner, feed.owner_id, is_open=False)
    return replace(feed, token="", is_open=False), address
