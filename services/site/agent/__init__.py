"""The site agent: a durable spool and what empties it, for `kap` and for any other program.

`SiteAgent` (agent.py) is the way in: enrolled home, `post`, `sync`, tray, doctor.
"""
