"""Who watches the network, in tests: Prometheus itself, and what its files say."""
