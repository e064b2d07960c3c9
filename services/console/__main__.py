"""`python -m services.console web`."""

import sys

from services.console.main import run
from services.console.settings import Settings
from shared.runtime.environment import SettingsError, read
from shared.runtime.policy_file import PolicyError

if sys.argv[1:] != ["web"]:
    sys.exit("usage: python -m services.console web")
try:
    run(read(Settings))
except (SettingsError, PolicyError) as error:
    sys.stderr.write(f"services.console web cannot start: {error}\n")
    sys.exit(2)
