#!/usr/bin/env bash
# What must hold before a commit: the solution lists every project, everything builds without a warning, every test passes.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=$(find src tests bench -name '*.csproj' 2> /dev/null | while read -r project; do grep -qF "${project//\//\\}" MiniK8s.sln || echo "$project"; done)
[ -z "$missing" ] || { echo "not in MiniK8s.sln (run eng/fix.sh): $missing" >&2; exit 1; }
./mk8s test
