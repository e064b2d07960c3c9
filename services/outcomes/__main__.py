"""`python -m services.outcomes api|consumer|relay`."""

import sys

from services.outcomes.main import SERVICE
from services.outcomes.settings import Settings
from shared.processes.command import main

main(SERVICE, sys.argv[1:], Settings)
