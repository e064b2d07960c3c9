"""`python -m services.session_record api|consumer|relay`."""

import sys

from services.session_record.main import configured
from services.session_record.settings import Settings
from shared.processes.command import main

main(configured, sys.argv[1:], Settings)
