"""One worker with threads per container; more load means more containers."""

workers = 1
worker_class = "gthread"
threads = 8  # more only wait for each other, and each keeps memory
preload_app = False
timeout = 30
graceful_timeout = 25  # Compose's stop_grace_period is longer
keepalive = 5
max_requests = 0
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file must not wait for a disk
control_socket_disable = True
limit_request_line = 4094
limit_request_fields = 50
limit_request_field_size = 8190  # a bearer token may have 8 KiB
accesslog = None
errorlog = "-"
loglevel = "warning"
