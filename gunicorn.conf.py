"""How gunicorn serves the portal, read from the folder it starts in.

Every value can be overridden: ``PORT`` and ``WEB_CONCURRENCY`` in the
environment, all others on the command line or in ``GUNICORN_CMD_ARGS``.
"""

import os

# Behind a proxy on the same machine; elsewhere say --bind 0.0.0.0:8000.
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# Threads share a process: a slow picture upload must not hold up a whole one.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4

# Long work belongs to the task worker; a page that takes a minute is a fault.
timeout = 60
graceful_timeout = 20
keepalive = 5

# A process starts afresh now and then, so that no slow leak adds up; the jitter
# keeps all of them from doing so at once.
max_requests = 5_000
max_requests_jitter = 500

# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108

# Nobody steers this server through a socket in a home directory.
control_socket_disable = True
