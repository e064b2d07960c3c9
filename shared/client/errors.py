"""Why a call came to nothing; every text ends with what to do about it."""


class ClientError(Exception):
    """The root: its text is for the person at the keyboard."""


class NotAnswering(ClientError):
    """Nobody answered, or only `try again later`, for as long as we were told to try."""


class NotAllowed(ClientError):
    """The credentials are unknown, or may not do this."""


class Refused(ClientError):
    """The service answered that it cannot do this, and will not on a second attempt."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class BadEvent(ClientError):
    """An event that its contract does not allow; it was not sent."""
