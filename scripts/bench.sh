#!/usr/bin/env bash
# Measures what the portal promises of speed and memory, first on SQLite, then on a
# throw-away PostgreSQL. Each figure stands beside its limit; a passed one fails.
# Arguments choose: make bench ARGS="imports pdf"
set -uo pipefail
cd "$(dirname "$0")/.."

python=$PWD/.venv/bin/python
folder=$(mktemp -d /tmp/portal-bench.XXXXXX)
trap 'rm -rf "$folder"' EXIT
export PORTAL_ENV_FILE=/dev/null PORTAL_DATA_DIR="$folder" PORTAL_DEBUG=false
export PORTAL_SECRET_KEY=only-for-measuring-0123456789-abcdefghijklmnopqrstuvwxyz
unset DATABASE_URL CACHE_URL EMAIL_URL

measure='
    set -e
    "$0" manage.py migrate --verbosity 0
    "$0" manage.py createcachetable
    "$0" manage.py setup >/dev/null
    exec "$0" -m benchmarks "$@"'

echo "=== SQLite"
bash -c "$measure" "$python" "$@"
code=$?
echo
echo "=== PostgreSQL"
scripts/postgres.sh bash -c "$measure" "$python" "$@"
second=$?
if [ "$second" = 69 ]; then
    echo "PostgreSQL is not here (Debian: apt install postgresql); not measured on it." >&2
    second=0
fi
exit "$((code > second ? code : second))"
