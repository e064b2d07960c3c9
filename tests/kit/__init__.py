"""What the tests share: builders, the toy service, engines, waiting."""
