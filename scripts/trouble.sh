#!/usr/bin/env bash
# Makes trouble, first on SQLite, then on a throw-away PostgreSQL, and looks at what is
# left. SEED repeats a round; KILLS says how often something is killed (50: at least so
# often must writers lose nothing); KINDS names some of: workers writers disks backups.
set -uo pipefail
cd "$(dirname "$0")/.."

python=$PWD/.venv/bin/python
seed=${SEED:-$RANDOM}
kills=${KILLS:-50}
kinds=${KINDS:-writers workers disks backups}
folder=$(mktemp -d /tmp/portal-trouble.XXXXXX)
trap 'rm -rf "$folder"' EXIT
export PORTAL_ENV_FILE=/dev/null PORTAL_DEBUG=false
export PORTAL_SECRET_KEY=only-for-trouble-0123456789-abcdefghijklmnopqrstuvwxyz
unset DATABASE_URL CACHE_URL EMAIL_URL

# Pages name collected files.
PORTAL_DATA_DIR="$folder/collected" "$python" manage.py collectstatic --no-input --verbosity 0

# A database and a folder for each kind: what one leaves does not hide what another does.
trouble='
    set -u
    code=0
    for kind in $4; do
        export PORTAL_DATA_DIR="$1/$kind"
        mkdir -p "$PORTAL_DATA_DIR"
        ln -s "$5/static" "$PORTAL_DATA_DIR/static"
        if [ -n "${DATABASE_URL:-}" ]; then
            psql --quiet --no-psqlrc "$DATABASE_URL" -c "CREATE DATABASE $kind TEMPLATE template0"
            export DATABASE_URL="${DATABASE_URL%/*}/$kind"
        fi
        often=$3
        # Each of these kills takes seconds; the promise is about the writers.
        [ "$kind" = workers ] && often=$(((often + 2) / 3))
        [ "$kind" = backups ] && often=$(((often + 9) / 10))
        "$0" manage.py migrate --verbosity 0 &&
            "$0" manage.py createcachetable &&
            "$0" manage.py setup >/dev/null &&
            "$0" -m scripts.trouble "$kind" "$2" "$often" || code=1
    done
    exit "$code"'

echo "=== SQLite, seed $seed"
bash -c "$trouble" "$python" "$folder/sqlite" "$seed" "$kills" "$kinds" "$folder/collected"
code=$?
echo
echo "=== PostgreSQL, seed $seed"
scripts/postgres.sh \
    bash -c "$trouble" "$python" "$folder/postgresql" "$seed" "$kills" "$kinds" "$folder/collected"
second=$?
if [ "$second" = 69 ]; then
    echo "PostgreSQL is not here (Debian: apt install postgresql); not tried on it." >&2
    second=0
fi
exit "$((code > second ? code : second))"
