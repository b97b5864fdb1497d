#!/usr/bin/env bash
# Runs the browser client under Node's test runner, and it, the demo page and the console in a real Chromium and a real Firefox, all against
# real hubs, and closes with "N passed, N failed[, N skipped]": what needs Node 18 or later or a browser is skipped without it.
# Strict TypeScript takes the types, where it is. Needs redis-server.
# Usage: Tests/Web/run.sh HUB_BINARY
set -euo pipefail

hub=$(realpath -e "${1:?give the path of the hub to test}")
cd "$(dirname "$0")"
passed=0 failed=0 skipped=0
logs=$(mktemp --directory)
trap 'rm -rf "$logs"' EXIT

skip() {
    echo "Tests/Web: $1" >&2
    skipped=$((skipped + 1))
}

# How many tests of a run ended so: the run's log, then the word.
count_node() {
    sed -nE "s/^# $2 ([0-9]+)$/\1/p" "$1" | tail -n 1 | grep . || echo 0
}

# Runs the tests of a file, and leaves their log.
run_node() {
    # shellcheck disable=SC2086
    node $node_flags --test --test-reporter tap "$1" > "$logs/$(basename "$1")" || true
}

test_client() {
    local file
    for file in ../../web/*.js ../../web/*/*.js; do
        node --input-type=module --check < "$file" || failed=$((failed + 1))
    done
    export HUB_BINARY=$hub logs node_flags=--no-warnings
    # Node 20 has a WebSocket behind a flag, Node 22 without, Node 18 has none.
    if node --experimental-websocket --eval 0 2> /dev/null; then node_flags+=' --experimental-websocket'; fi
    # Most of them wait for hubs that are away: several files at once take little longer than one.
    export -f run_node
    printf '%s\0' node/*.test.mjs | xargs -0 -P 4 -I '{}' bash -c "run_node '{}'"
    for file in "$logs"/*.test.mjs; do
        cat "$file"
        passed=$((passed + $(count_node "$file" pass)))
        failed=$((failed + $(count_node "$file" fail) + $(count_node "$file" cancelled)))
        # A run that ended without its closing lines has failed.
        grep -q '^# pass ' "$file" || failed=$((failed + 1))
    done
}

test_types() {
    if tsc --strict --noEmit --target es2022 --lib es2022,dom --module es2022 --moduleResolution node types/*.ts; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

# Makes the Python environment in which the browsers are driven, and tells its name.
environment() {
    local pinned environment
    # The environment is made anew when what is pinned has changed.
    pinned=$(sha256sum requirements.txt | cut -c 1-16)
    environment=.venv-$pinned
    if [[ ! -e $environment/complete ]]; then
        rm -rf .venv-*
        python3 -m venv "$environment"
        "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
        touch "$environment/complete"
    fi
    echo "$environment"
}

# Runs the scenarios in a browser; several browsers take theirs at once.
start_pages() {
    PYTHONPATH=../Clients "$python" browser/scenario.py "$hub" "$1" > "$logs/$1" 2>&1 &
}

count_pages() {
    local line
    cat "$logs/$1"
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$logs/$1" | tail -n 1 || true)
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        failed=$((failed + 1))
    fi
}

if [[ $(node --version) =~ ^v([0-9]+) && ${BASH_REMATCH[1]} -ge 18 ]]; then test_client; else skip 'Node is older than 18'; fi
if command -v tsc > /dev/null; then test_types; else skip 'TypeScript is not installed'; fi
browsers=()
if command -v chromium > /dev/null; then browsers+=(chromium); else skip 'Chromium is not installed'; fi
if command -v firefox-esr > /dev/null; then browsers+=(firefox); else skip "Debian's Firefox is not installed"; fi
if [[ ${#browsers[@]} -gt 0 ]]; then python=$(environment)/bin/python; fi
for browser in "${browsers[@]}"; do start_pages "$browser"; done
wait
for browser in "${browsers[@]}"; do count_pages "$browser"; done

if [[ $skipped -eq 0 ]]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[[ $failed -eq 0 ]]
