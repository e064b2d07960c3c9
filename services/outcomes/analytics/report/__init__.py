"""What the network achieves: counts with denominators, intervals, effect sizes, survival."""
