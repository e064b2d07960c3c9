"""The analysts' stream, part by part: its events, over HTTP, on Kafka, and what they add up to."""
