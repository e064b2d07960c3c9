"""The edges of outcomes: they translate and decide nothing."""
