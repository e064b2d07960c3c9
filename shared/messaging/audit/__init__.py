"""The audit chain's way out of its store: sealed by the relay, anchored where others can look."""
