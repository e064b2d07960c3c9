"""What each dashboard shows, and why; `panels` makes Grafana's JSON of it."""
