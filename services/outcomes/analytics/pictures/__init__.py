"""Charts of the reports and of the stream, as Vega-Lite, images and pages (SVG, PNG, HTML)."""
