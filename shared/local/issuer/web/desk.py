"""Which request is answered by what: the addresses of the standards, and our own few."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.local.issuer.assertions import ALGORITHMS
from shared.local.issuer.refusal import Refused
from shared.local.issuer.tokens import GRANTS, Issuer
from shared.local.issuer.web import answers, pages
from shared.local.issuer.web.answers import Answer, document
from shared.local.issuer.web.asked import Asked

REGISTRATION = "/register/"


@dataclass(frozen=True)
class Desk:
    """`services`: their URLs by name, for a site that knows one address only."""

    issuer: Issuer
    services: Mapping[str, str]

    def answer(self, asked: Asked) -> Answer:
        is_registration = asked.path.startswith(REGISTRATION)
        path = REGISTRATION if is_registration else asked.path
        routes = self._routes()
        found = routes.get((asked.method, path))
        if found is None:
            is_elsewhere = any(known == path for _, known in routes)
            status, code = (405, "invalid_request") if is_elsewhere else (404, "not_found")
            return answers.failure(status, code, "there is nothing here for this method")
        try:
            return found(asked)
        except Refused as refused:
            return answers.refusal(refused)

    def _routes(self) -> Mapping[tuple[str, str], Callable[[Asked], Answer]]:
        issuer = self.issuer
        return {
            ("GET", "/health/live"): lambda _: document({"status": "ok"}),
            ("GET", "/jwks.json"): lambda _: document({**issuer.public_keys()}),
            ("GET", "/network.json"): lambda _: document(self.network()),
            ("GET", "/revocations.json"): lambda _: document(issuer.revocations.listed()),
            ("GET", "/.well-known/oauth-authorization-server"): lambda _: document(self.metadata()),
            ("POST", "/token"): lambda asked: document(issuer.grant(asked.form())),
            ("POST", "/codes"): self._invite,
            ("POST", "/revocations"): self._revoke,
            ("GET", "/sites"): self._sites,
            ("POST", "/register"): self._register,
            ("GET", REGISTRATION): self._read,
            ("PUT", REGISTRATION): self._rotate,
            ("GET", "/authorize"): self._sign_in,
            ("GET", "/authorize.css"): lambda _: answers.style(pages.STYLE),
            ("POST", "/authorize"): self._signed_in,
        }

    def network(self) -> dict[str, object]:
        """What a program needs to find its way; nothing here is secret."""
        console = self.issuer.sign_ins.console
        return {
            "services": {name: {"url": url} for name, url in self.services.items()},
            "issuer": self.issuer.url,
            "token_endpoint": f"{self.issuer.url}/token",
            "registration_endpoint": f"{self.issuer.url}/register",
            "jwks": f"{self.issuer.url}/jwks.json",
            "console": {"url": console},
        }

    def metadata(self) -> dict[str, object]:
        """RFC 8414."""
        url = self.issuer.url
        return {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "registration_endpoint": f"{url}/register",
            "jwks_uri": f"{url}/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": list(GRANTS),
            "token_endpoint_auth_methods_supported": [
                *("client_secret_basic", "client_secret_post"),
                *("private_key_jwt", "none"),
            ],
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _invite(self, asked: Asked) -> Answer:
        self.issuer.check_bearer(asked.bearer(), "ops:write")
        return document(self.issuer.enrolment.invite(asked.json()), 201)

    def _revoke(self, asked: Asked) -> Answer:
        self.issuer.check_bearer(asked.bearer(), "ops:write")
        return document(self.issuer.revocations.add(asked.json()))

    def _sites(self, asked: Asked) -> Answer:
        self.issuer.check_bearer(asked.bearer(), "ops:read")
        return document(self.issuer.revocations.sites())

    def _register(self, asked: Asked) -> Answer:
        return document(self.issuer.enrolment.register(asked.bearer(), asked.json()), 201)

    def _read(self, asked: Asked) -> Answer:
        return document(self.issuer.enrolment.read(_client_id(asked), asked.bearer()))

    def _rotate(self, asked: Asked) -> Answer:
        told = self.issuer.enrolment.rotate(_client_id(asked), asked.bearer(), asked.json())
        return document(told)

    def _sign_in(self, asked: Asked) -> Answer:
        return self._at_the_door(asked.query, self._people)

    def _signed_in(self, asked: Asked) -> Answer:
        return self._at_the_door(asked.form, self._back)

    def _at_the_door(
        self, read: Callable[[], dict[str, str]], go_on: Callable[[dict[str, str]], Answer]
    ) -> Answer:
        """Only an address that is registered hears of a fault; else it is shown, and stays here."""
        try:
            given = read()
            home = self.issuer.sign_ins.redirect_uri(given)
        except Refused as refused:
            return answers.page(pages.fault(refused.description), status=400)
        try:
            return go_on(given)
        except Refused as refused:
            said = {"error": refused.code, "error_description": refused.description}
            state = given.get("state", "")
            return answers.redirect(home, **said, state=state, iss=self.issuer.url)

    def _people(self, query: dict[str, str]) -> Answer:
        self.issuer.sign_ins.wish(query)
        html = pages.people(self.issuer.people, query)
        return answers.page(html, self.issuer.sign_ins.console)

    def _back(self, form: dict[str, str]) -> Answer:
        wish = self.issuer.sign_ins.wish(form)
        code = self.issuer.sign_ins.code(wish, form.get("person", ""))
        return answers.redirect(wish.redirect_uri, code=code, state=wish.state, iss=self.issuer.url)


def _client_id(asked: Asked) -> str:
    return asked.path.removeprefix(REGISTRATION)
