"""What can go wrong at the site itself; every text ends with what to do about it."""

from shared.client.errors import ClientError, NotAllowed


class NotEnrolled(NotAllowed):
    """This folder holds no credentials of a site."""


class NeedsALook(ClientError):
    """Nothing is lost, and a person must look at it."""


class SpoolFull(ClientError):
    """Nothing was spooled: no room is left. What was there before is as it was."""


class SpoolBusy(ClientError):
    """Another process is at it."""


class NotThere(ClientError):
    """No event of this id is where it was looked for."""
