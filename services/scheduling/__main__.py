"""`python -m services.scheduling api|consumer|relay`."""

import sys

from services.scheduling.main import SERVICE
from services.scheduling.settings import Settings
from shared.processes.command import main

main(SERVICE, sys.argv[1:], Settings)
