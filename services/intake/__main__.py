"""`python -m services.intake api|consumer|relay`."""

import sys

from services.intake.main import configured
from services.intake.settings import Settings
from shared.processes.command import main

main(configured, sys.argv[1:], Settings)
