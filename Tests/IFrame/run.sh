#!/usr/bin/env bash
# Runs hidden iframes in a real Chromium against a real hub, and closes with "N passed, N failed[, N skipped]": without
# Chromium, skipped.
# Usage: Tests/IFrame/run.sh HUB_BINARY
set -euo pipefail

hub=$(realpath -e "${1:?give the path of the hub to test}")
cd "$(dirname "$0")"

command -v chromium > /dev/null || {
    echo 'Tests/IFrame: Chromium is not installed' >&2
    echo '0 passed, 0 failed, 1 skipped'
    exit 0
}

# The environment is made anew when what is pinned has changed.
pinned=$(sha256sum requirements.txt | cut -c 1-16)
environment=.venv-$pinned
if [[ ! -e $environment/complete ]]; then
    rm -rf .venv-*
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
    touch "$environment/complete"
fi

PYTHONPATH=../Clients exec "$environment/bin/python" scenario.py "$hub"
