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
    ("harbor-nurse", "/clinic", "Harbor today"),
    ("harbor-nurse", "/clinic?day=2026-01-05", "Harbor on 5 January 2026"),
    ("harbor-nurse", "/patients", "Patients of Harbor"),
    ("harbor-nurse", "/patients/nobody", "Nothing is here"),
    ("harbor-nurse", "/events", "Find an event"),
    ("harbor-nurse", "/events/nothing", "Nothing is here"),
    ("harbor-nurse", "/outcomes", "Outcomes of Harbor"),
    ("operations", "/outcomes", "Outcomes of the network"),
    ("operations", "/clinic", "Not for your role"),
    ("analyst", "/outcomes", "Outcomes of the network"),
    ("analyst", "/patients", "Not for your role"),
)
"""(person, path, first heading)."""
