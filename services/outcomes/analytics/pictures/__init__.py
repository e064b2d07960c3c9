"""The reports as charts: Vega-Lite, and SVG or PNG of it."""
