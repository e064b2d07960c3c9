"""`python -m services.outcomes api|consumer|relay|analytics`."""

import sys

from services.outcomes.main import configured
from services.outcomes.settings import Settings
from shared.processes.command import main


def _analytics(settings: Settings) -> None:
    # Here, because no other process carries what this one needs on top.
    from services.outcomes.analytics import process

    process.run(settings)


main(configured, sys.argv[1:], Settings, {"analytics": _analytics})
