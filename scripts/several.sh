#!/usr/bin/env bash
# Tries an installation of several processes on this machine: two gunicorns behind
# nginx, two workers, PostgreSQL with a streaming replica, Redis. Each is stopped once
# while people read, write and work, and it says what failed and for how long.
# Needs Debian's postgresql, redis-server and nginx. Takes three minutes.
#
#   ONLY="redis replica"   tries these alone
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d /tmp/portal-several.XXXXXX)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
unset DATABASE_URL CACHE_URL EMAIL_URL
export PORTAL_ENV_FILE=/dev/null PORTAL_DEBUG=false
.venv/bin/python -m scripts.several "$folder"
