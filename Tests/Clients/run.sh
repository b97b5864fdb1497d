#!/usr/bin/env bash
# Runs clients and balancers that others wrote against real hubs, and closes with "N passed, N failed[, N skipped]".
# Usage: Tests/Clients/run.sh HUB_BINARY
set -euo pipefail

hub=$(realpath -e "${1:?give the path of the hub to test}")
cd "$(dirname "$0")"

# The environment is made anew when what is pinned has changed.
pinned=$(sha256sum requirements.txt | cut -c 1-16)
environment=.venv-$pinned
if [[ ! -e $environment/complete ]]; then
    rm -rf .venv-*
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
    touch "$environment/complete"
fi

# Each script closes with its own counts; the last line sums them up.
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for script in scenario.py websocket_scenario.py openapi_scenario.py proxy_scenario.py; do
    "$environment/bin/python" "$script" "$hub" | tee "$log" || true
    if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    else
        echo "$script ended without its closing line" >&2
        failed=$((failed + 1))
    fi
done

if [[ $skipped -eq 0 ]]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[[ $failed -eq 0 ]]
