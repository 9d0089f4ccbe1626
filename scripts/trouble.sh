#!/usr/bin/env bash
# Kills workers at random moments in imports and exports, and looks at what is left:
# all rows or none, no half file, and the same work done again is right. First on
# SQLite, then on a throw-away PostgreSQL. SEED repeats a round, KILLS says how many.
set -uo pipefail
cd "$(dirname "$0")/.."

python=$PWD/.venv/bin/python
seed=${SEED:-$RANDOM}
kills=${KILLS:-20}
folder=$(mktemp -d /tmp/portal-trouble.XXXXXX)
trap 'rm -rf "$folder"' EXIT
export PORTAL_ENV_FILE=/dev/null PORTAL_DEBUG=false
export PORTAL_SECRET_KEY=only-for-trouble-0123456789-abcdefghijklmnopqrstuvwxyz
unset DATABASE_URL CACHE_URL EMAIL_URL

trouble='
    set -e
    "$0" manage.py migrate --verbosity 0
    "$0" manage.py createcachetable
    "$0" manage.py setup >/dev/null
    exec "$0" scripts/trouble.py "$@"'

echo "=== SQLite, seed $seed"
PORTAL_DATA_DIR="$folder/sqlite" bash -c "$trouble" "$python" "$seed" "$kills"
code=$?
echo
echo "=== PostgreSQL, seed $seed"
PORTAL_DATA_DIR="$folder/postgresql" scripts/postgres.sh \
    bash -c "$trouble" "$python" "$seed" "$kills"
second=$?
if [ "$second" = 69 ]; then
    echo "PostgreSQL is not here (Debian: apt install postgresql); not tried on it." >&2
    second=0
fi
exit "$((code > second ? code : second))"
