"""What touches the process: environment, clock, random tokens, signals, logs and metrics."""
