#!/usr/bin/env bash
# Runs every test twice: on SQLite, browser journeys included, then on a throw-away
# PostgreSQL without them (a journey sees pages, and pages are the same on both).
# Arguments go to pytest: make test ARGS="-k folding"
#
# What is missing on this machine is skipped and named in the last lines;
# PORTAL_REQUIRE_BROWSER=1 and PORTAL_REQUIRE_POSTGRES=1 make that a failure.
# The last lines are kept in test-results/summary.txt.
set -uo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python
results=test-results
summary=$results/summary.txt
mkdir -p "$results"
: >"$summary"
failed=0

say() { echo "$1" >>"$summary"; }

color=no
[ -t 1 ] && color=yes
pytest=("$python" -m pytest --quiet --color="$color" --numprocesses=auto --dist=loadscope)

closing_line() {
    # Pytest's own last line, bare: "812 passed, 3 skipped in 140.11s".
    sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E ' in [0-9.]+s' | tail -n 1 | sed 's/^[= ]*//; s/[= ]*$//'
}

browser=$("$python" -m tests.browser) || browser=''

# Walks over garbage go once: PostgreSQL refuses all that SQLite does, and more.
walks=()
[ "${PORTAL_REQUIRE_POSTGRES:-0}" != 1 ] || walks=(-m "not walk")

echo "== SQLite"
env -u DATABASE_URL "${pytest[@]}" ${walks[@]+"${walks[@]}"} "$@" 2>&1 | tee "$results/sqlite.txt"
code=${PIPESTATUS[0]}
[ "$code" = 0 ] || failed=1
say "SQLite: $(closing_line "$results/sqlite.txt")"
if [ -z "$browser" ]; then
    reason='no Chromium on this machine (Debian: apt install chromium).'
    if [ "${PORTAL_REQUIRE_BROWSER:-0}" = 1 ]; then
        say "Browser journeys: FAILED, for PORTAL_REQUIRE_BROWSER=1: $reason"
        failed=1
    else
        say "Browser journeys: skipped: $reason"
    fi
fi

echo "== PostgreSQL"
scripts/postgres.sh "${pytest[@]}" -m "database and not browser and (walk or not once)" "$@" 2>&1 | tee "$results/postgresql.txt"
code=${PIPESTATUS[0]}
if [ "$code" = 69 ]; then
    reason=$(head -n 1 "$results/postgresql.txt")
    if [ "${PORTAL_REQUIRE_POSTGRES:-0}" = 1 ]; then
        say "PostgreSQL: FAILED, for PORTAL_REQUIRE_POSTGRES=1: $reason"
        failed=1
    else
        say "PostgreSQL: skipped: $reason"
    fi
else
    [ "$code" = 0 ] || failed=1
    say "PostgreSQL, what asks a database, without the browser journeys: $(closing_line "$results/postgresql.txt")"
fi

echo
cat "$summary"
exit "$failed"
