"""The projection once more from the topics' beginning, beside the one at work. It says nothing."""
