"""`python -m services.site`, which the launcher `kap` calls."""

from services.site.cli.app import main

main()
