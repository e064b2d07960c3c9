"""The web pages: they read the services' HTTP APIs with their reader's own token, own no store."""
