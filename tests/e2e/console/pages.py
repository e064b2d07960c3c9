"""Every page of the console with somebody who may read it, and what it must say."""

PAGES: tuple[tuple[str, str, str], ...] = (
    ("operations", "/", "Start here"),
    ("operations", "/operations", "Operations"),
    ("operations", "/operations/lanes/intake", "Lanes of intake"),
    ("operations", "/operations/lanes/intake/somebody/discard", "Discard this lane?"),
    ("operations", "/policy", "Policy in force"),
    ("operations", "/policy?clinic=harbor", "Policy in force at harbor"),
    ("harbor-nurse", "/", "Start here"),
    ("harbor-nurse", "/policy", "Policy in force at harbor"),
    ("harbor-nurse", "/operations", "Not for your role"),
    ("operations", "/nowhere", "Nothing is here"),
)
"""(person, path, first heading)."""
