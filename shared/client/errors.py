"""Why a call came to nothing; every text ends with what to do about it."""


class ClientError(Exception):
    """The root: its text is for the person at the keyboard."""


class NotAnswering(ClientError):
    """Nobody answered, or only `try again later`, for as long as we were told to try.

    Of the last attempt: its `status` (0: none came), how long we were asked to wait, and `cut`:
    there was a connection, so a shorter call may come through.
    """

    def __init__(
        self, text: str, *, status: int = 0, retry_after_s: float = 0, cut: bool = False
    ) -> None:
        super().__init__(text)
        self.status, self.retry_after_s, self.cut = status, retry_after_s, cut


class NotAllowed(ClientError):
    """The credentials are unknown, or may not do this."""


class Refused(ClientError):
    """The service answered that it cannot do this, and will not on a second attempt."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class CursorExpired(Refused):
    """What came after the cursor is not kept any more. `oldest`: the cursor to begin again from,
    once the rows that are kept are dropped."""

    def __init__(self, text: str, oldest: str) -> None:
        super().__init__(410, text)
        self.oldest = oldest


class BadEvent(ClientError):
    """An event that its contract does not allow; it was not sent."""
