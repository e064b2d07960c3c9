"""`python -IS shared/local/compose/health.py PORT/PATH`: exit 0 if this container answers 200.

Run every few seconds in every container, so it imports nothing but a socket.
"""

import socket
import sys

PATIENCE_S = 4


def main() -> None:
    port, _, path = sys.argv[1].partition("/")
    request = f"GET /{path} HTTP/1.0\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(port)), PATIENCE_S) as connection:
        connection.sendall(request.encode())
        answer = connection.makefile("rb").read(65_536).decode(errors="replace")
    if answer.split(" ", 2)[1:2] != ["200"]:
        sys.exit(answer)  # `docker inspect` shows it: which dependency is away


if __name__ == "__main__":
    main()
