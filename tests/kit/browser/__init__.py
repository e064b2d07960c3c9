"""A real browser on the console: the system's Chromium, people who sign in, axe's judgement."""
