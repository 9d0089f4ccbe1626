#!/usr/bin/env bash
# Runs a command with DATABASE_URL pointing at a PostgreSQL of its own, which is
# gone when the command ends: scripts/postgres.sh .venv/bin/python -m pytest
#
# Exits with the command's code, or with 69 where no server is installed or none
# can be started. UTF-8 with C.UTF-8, as in production: under LC_CTYPE=C Thai
# search would silently find nothing. Nothing is synced to disk: it is thrown away.
set -euo pipefail

unavailable=69

bin=''
for candidate in /usr/lib/postgresql/*/bin; do
    # The glob sorts 9.6 after 15; every version that Debian still carries has two digits.
    [ -x "$candidate/initdb" ] && bin=$candidate
done
if [ -z "$bin" ] && command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ]; then
    echo "PostgreSQL is not installed (Debian: apt install postgresql)." >&2
    exit "$unavailable"
fi

# The server refuses to run as root: there it runs as the account Debian made for it.
as_server=()
if [ "$(id -u)" = 0 ]; then
    if ! id postgres >/dev/null 2>&1 || ! command -v setpriv >/dev/null; then
        echo "Run as root, PostgreSQL needs the user postgres and setpriv." >&2
        exit "$unavailable"
    fi
    as_server=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp)
fi

# The path of a socket may have 107 characters: a short one, whatever TMPDIR says.
folder=$(mktemp -d /tmp/portal-pg.XXXXXX)
[ "$(id -u)" != 0 ] || chown postgres: "$folder"

server() {
    (cd "$folder" && ${as_server[@]+"${as_server[@]}"} "$bin/$1" "${@:2}")
}

stop() {
    server pg_ctl -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port=$(python3 -c '
import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])')

server initdb -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$folder.log" 2>&1 &&
    server pg_ctl -D "$folder/data" -w -t 60 -l "$folder/server.log" -o "\
        -p $port -h 127.0.0.1 -k $folder -c max_connections=200 -c shared_buffers=256MB \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start \
        >>"$folder.log" 2>&1 || {
    echo "PostgreSQL did not start:" >&2
    cat "$folder.log" "$folder/server.log" >&2 2>/dev/null || true
    rm -f "$folder.log"
    exit "$unavailable"
}
rm -f "$folder.log"

export DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
code=0
"$@" || code=$?
exit "$code"
