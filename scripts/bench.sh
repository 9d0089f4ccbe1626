#!/usr/bin/env bash
# Measures what the portal promises of speed and memory, first on SQLite, then on a
# throw-away PostgreSQL; the pages at national size stand with the latter. Each figure
# stands beside its limit; a passed one fails. Arguments choose: make bench ARGS="pages pdf"
#
# QUICK=1 measures the pages alone, on PostgreSQL, with 25,000 products instead of
# 250,000 and in fewer rounds. Everything found is kept in bench-results/, as JSON.
set -uo pipefail
cd "$(dirname "$0")/.."

python=$PWD/.venv/bin/python
folder=$(mktemp -d /tmp/portal-bench.XXXXXX)
trap 'rm -rf "$folder"' EXIT
export PORTAL_ENV_FILE=/dev/null PORTAL_DATA_DIR="$folder" PORTAL_DEBUG=false
export PORTAL_SECRET_KEY=only-for-measuring-0123456789-abcdefghijklmnopqrstuvwxyz
export QUICK="${QUICK:-0}"
export BENCH_RESULTS="${BENCH_RESULTS:-bench-results/$(date -u +%Y%m%dT%H%M%SZ).json}"
unset DATABASE_URL CACHE_URL EMAIL_URL
SECONDS=0

measure='
    set -e
    "$0" manage.py migrate --verbosity 0
    "$0" manage.py createcachetable
    "$0" manage.py setup >/dev/null
    exec "$0" -m benchmarks "$@"'

code=0
if [ "$QUICK" != 0 ] && [ $# = 0 ]; then
    set -- pages
    echo "Quick: the pages alone, on PostgreSQL."
elif [ "$*" != pages ]; then
    echo "=== SQLite"
    bash -c "$measure" "$python" "$@" || code=$?
    echo
fi
echo "=== PostgreSQL"
second=0
scripts/postgres.sh bash -c "$measure" "$python" "$@" || second=$?
if [ "$second" = 69 ]; then
    echo "PostgreSQL is not here (Debian: apt install postgresql); not measured on it." >&2
    second=0
fi
echo
"$python" -m benchmarks.results "$BENCH_RESULTS"
echo "Measured in $((SECONDS / 60)) min $((SECONDS % 60)) s."
exit "$((code > second ? code : second))"
