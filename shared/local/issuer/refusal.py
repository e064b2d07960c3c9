"""How the issuer says no: the errors of RFC 6749, with a sentence that says what to do next."""


class Refused(Exception):
    """`code` is the standard's, `description` for whoever reads the answer."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(code, description)
        self.code, self.description, self.status = code, description, status


def must(is_so: bool, code: str, description: str, status: int = 400) -> None:
    """Raises Refused unless it is so."""
    if not is_so:
        raise Refused(code, description, status)
