"""Answers in, Vega-Lite specifications out: plain dicts, no drawing, no reading."""
