"""What a relay or consumer knows of its own state: how far it is behind, whether Kafka answers."""
