"""What docker-compose.yml runs besides the services: its one-shot jobs; and its addresses.

Each module is a command of its own and may run again at any time: what is there already stays.
"""
