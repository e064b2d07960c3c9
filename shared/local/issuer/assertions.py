"""private_key_jwt (RFC 7523): a site signs who it is with the key that never leaves it."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, import_key
from joserfc.jws import extract_compact

from shared.local.issuer.refusal import Refused, must

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "Ed25519")
LONGEST = 4096
LIVES_S_MAX = 300
SKEW_S = 60
_HEADERS = {"alg", "kid", "typ"}
_TYPES = (None, "JWT", "client-authentication+jwt")
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_PUBLIC = {("EC", "P-256"): ("x", "y"), ("OKP", "Ed25519"): ("x",)}
_FAULTS = (JoseError, ValueError, KeyError, TypeError, AttributeError)


def public_key(given: Any) -> dict[str, str]:
    """The public JWK as it is kept, named by its thumbprint. Raises Refused."""
    must(isinstance(given, Mapping), "invalid_client_metadata", "a key of jwks must be an object")
    must(
        not _PRIVATE & given.keys(),
        "invalid_client_metadata",
        "this is a private key: it has been seen now, so make a new one and send its public half",
    )
    kind = (given.get("kty"), given.get("crv"))
    try:
        jwk = {name: given[name] for name in ("kty", "crv", *_PUBLIC[kind])}
        key = import_key(jwk)
    except _FAULTS as error:
        wanted = "jwks needs a public key: EC P-256 (ES256) or OKP Ed25519 (Ed25519)"
        raise Refused("invalid_client_metadata", wanted) from error
    assert isinstance(key, ECKey | OKPKey)
    return {**jwk, "kid": key.thumbprint()}


def client_named(assertion: str) -> str:
    """Who it says it is, which proves nothing yet. Raises Refused for what has not its form."""
    try:
        must(len(assertion) <= LONGEST, "invalid_client", "client_assertion is too long", 401)
        parts = extract_compact(assertion.encode("ascii"))
        header, claims = parts.headers(), json.loads(parts.payload)
        is_ours = not set(header) - _HEADERS and header.get("typ") in _TYPES
        is_right = is_ours and header["alg"] in ALGORITHMS and claims["iss"] == claims["sub"]
    except _FAULTS as error:
        raise Refused("invalid_client", "client_assertion is not a signed JWT", 401) from error
    must(
        is_right,
        "invalid_client",
        "client_assertion: alg is ES256 or Ed25519, iss and sub are the client_id; nothing else",
        401,
    )
    return str(claims["sub"])


def proven(
    assertion: str, jwk: Mapping[str, str], audiences: Collection[str], now: float
) -> tuple[str, float]:
    """(jti, exp) of an assertion that this key has signed, for us and for now. Raises Refused."""
    try:
        claims = jwt.decode(assertion, import_key(dict(jwk)), algorithms=ALGORITHMS).claims
    except _FAULTS as error:
        sentence = "not signed by the key that is registered: was it rotated? Else enrol anew"
        raise Refused("invalid_client", sentence, 401) from error
    must(_named(claims.get("aud")) in audiences, "invalid_client", "aud is not this issuer", 401)
    _check_times(claims, now)
    jti = claims.get("jti")
    must(isinstance(jti, str) and 8 <= len(jti) <= 128, "invalid_client", "jti is missing", 401)
    return str(jti), float(claims["exp"])


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    times = [claims.get(name) for name in ("exp", "iat", "nbf")]
    are_numbers = all(type(each) in (int, float) for each in times if each is not None)
    must(are_numbers and times[0] is not None, "invalid_client", "exp is needed, in seconds", 401)
    expires, *starts = [None if each is None else float(each) for each in times]
    is_fresh = expires is not None and now - SKEW_S < expires <= now + LIVES_S_MAX + SKEW_S
    has_begun = all(each <= now + SKEW_S for each in starts if each is not None)
    clock = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    must(
        is_fresh and has_begun,
        "invalid_client",
        f"client_assertion is not of now: exp at most {LIVES_S_MAX} s ahead. Here it is {clock}:"
        " compare this machine's clock",
        401,
    )


def _named(audience: Any) -> Any:
    """RFC 7523bis: one audience, so that an assertion for another cannot be used here."""
    is_one = isinstance(audience, list) and len(audience) == 1
    found = audience[0] if is_one else audience
    return found if isinstance(found, str) else None
