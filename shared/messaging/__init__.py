"""Events between services: the consumer loop, the outbox relay, and the two brokers they run on."""
