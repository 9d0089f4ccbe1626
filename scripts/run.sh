#!/usr/bin/env bash
# Starts the portal on this machine, web server and worker, until Ctrl-C.
# Called by `make run`, which has made .venv and the translations.
#
#   PORT=8000   where it listens, on 127.0.0.1 only
#   DEMO=0      starts an empty register instead of the demonstration
set -euo pipefail
cd "$(dirname "$0")/.."

export PORT="${PORT:-8000}"
export PATH="$PWD/.venv/bin:$PATH"
export PYTHONUNBUFFERED=1

answers() {
    # Whether something listens on the port. No curl: a fresh machine may lack it.
    (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

healthy() {
    local status
    exec 3<>"/dev/tcp/127.0.0.1/$PORT" || return 1
    printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    read -r _ status _ <&3 || status=none
    exec 3>&-
    # Behind TLS settings the plain address redirects, which is an answer too.
    [ "$status" = 200 ] || [ "$status" = 301 ]
} 2>/dev/null

if answers; then
    echo "Port $PORT is taken by another program. Choose another: make run PORT=8001" >&2
    exit 1
fi

# Links in mails and on labels carry the address of this run, unless one is set.
if [ -z "${PORTAL_SITE_URL:-}" ] && ! grep -qs '^PORTAL_SITE_URL=.' .env; then
    export PORTAL_SITE_URL="http://localhost:$PORT"
fi

web='' worker='' said=''

stop() {
    # Asks both to finish what they are at, and insists after 15 seconds.
    trap '' INT TERM HUP
    local pid patience=150
    for pid in $web $worker; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in $web $worker; do
        while kill -0 "$pid" 2>/dev/null && [ "$patience" -gt 0 ]; do
            sleep 0.1
            patience=$((patience - 1))
        done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -f "$said"
}
trap stop EXIT
trap 'echo; echo "Stopping."; exit 0' INT
trap 'exit 143' TERM HUP

said=$(mktemp)
python scripts/prepare.py "$said"
# What the last worker was at when the machine stopped: the one below is alone.
python manage.py revive_work --alone

# Process groups of their own: Ctrl-C reaches this script alone, which then asks
# each of them once. A second signal would make the worker drop its task.
set -m
gunicorn --log-level warning cluster_portal.wsgi </dev/null &
web=$!
python manage.py db_worker --queue-name '*' --verbosity 0 </dev/null &
worker=$!
set +m

waited=0
until healthy; do
    if ! kill -0 "$web" 2>/dev/null || [ "$waited" -ge 60 ]; then
        echo "The web server did not come up; its messages are above." >&2
        exit 1
    fi
    sleep 0.5
    waited=$((waited + 1))
done

echo
echo "The portal is ready: http://localhost:$PORT"
cat "$said"
echo "Ctrl-C stops it."

# A sleep of its own lets the traps answer at once.
while kill -0 "$web" 2>/dev/null && kill -0 "$worker" 2>/dev/null; do
    sleep 1 &
    wait $! || true
done

if kill -0 "$web" 2>/dev/null; then name=worker gone=$worker; else name='web server' gone=$web; fi
code=0
wait "$gone" || code=$?
echo "The $name stopped by itself (exit code $code); the portal stops with it." >&2
exit "$((code == 0 ? 1 : code))"
