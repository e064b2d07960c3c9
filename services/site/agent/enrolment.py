"""A site becomes known, or gets a new key. The key is on the disk before anybody hears of it, so
that a broken attempt can be made again with the same one."""

from dataclasses import replace
from typing import Any

from services.site.agent.faults import NeedsALook
from services.site.agent.home import Home, Identity, write_private
from services.site.agent.spool import TRAY, Spool
from shared.client import enrolment
from shared.client.calls import Calls
from shared.client.enrolment import Enrolled
from shared.codec import strict_json


def enrol(home: Home, network_url: str, code: str, calls: Calls) -> Identity:
    """Uses up a one-time code. Raises NotAllowed, Refused, NotAnswering; what was there stays."""
    enrolled = enrolment.enrol(network_url, code, calls, _next_key(home))
    _require_same_site(home, enrolled.source)
    return _keep(home, enrolled)


def rotate(home: Home, calls: Calls) -> Identity:
    """A new key; the old one is dead at once. Raises as `enrol`, and NotEnrolled."""
    identity = home.identity()
    network = enrolment.network_at(identity.network, calls)
    known = Enrolled(
        identity.network,
        network,
        identity.client_id,
        identity.clinic,
        identity.site,
        identity.registration_client_uri,
        identity.registration_access_token,
        home.key(),
    )
    return _keep(home, enrolment.rotate(known, calls, _next_key(home)))


def refreshed(home: Home, calls: Calls) -> Identity:
    """As the network says now where its services are. Raises NotEnrolled, NotAnswering, Refused."""
    identity = home.identity()
    network = enrolment.network_at(identity.network, calls)
    found = replace(
        identity,
        token_endpoint=network["token_endpoint"],
        services={name: place["url"] for name, place in network["services"].items()},
    )
    if found != identity:
        home.keep(found)
    return found


def _require_same_site(home: Home, source: str) -> None:
    """Another site's events would be refused, one and all, with this site's key."""
    if not home.identity_file.exists() or home.identity().source == source:
        return
    with Spool(home.spool) as spool:
        left = spool.waiting() + len(spool.rows(TRAY))
    if left:
        raise NeedsALook(
            f"The code is of {source}, and {left} events of {home.identity().source} are still in"
            f" {home.folder}: sync them first, or enrol in a folder of its own (--home) with a new"
            " code. Nothing was changed here."
        )


def _next_key(home: Home) -> dict[str, str]:
    """The key of an attempt that was broken off, or a fresh one."""
    if home.next_key_file.exists():
        kept: dict[str, str] = strict_json.loads(home.next_key_file.read_bytes())
        return kept
    key = enrolment.new_key()
    write_private(home.next_key_file, strict_json.dumps(key))
    return key


def _keep(home: Home, enrolled: Enrolled) -> Identity:
    services: Any = enrolled.network["services"]
    identity = Identity(
        network=enrolled.network_url,
        client_id=enrolled.client_id,
        clinic=enrolled.clinic,
        site=enrolled.site,
        token_endpoint=enrolled.network["token_endpoint"],
        services={name: place["url"] for name, place in services.items()},
        registration_client_uri=enrolled.registration_client_uri,
        registration_access_token=enrolled.registration_access_token,
    )
    home.keep(identity, enrolled.key)
    home.next_key_file.unlink(missing_ok=True)
    return identity
