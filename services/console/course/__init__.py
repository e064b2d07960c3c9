"""One patient's course as it happened: what every service knows of them, on one time line."""
