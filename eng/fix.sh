#!/usr/bin/env bash
# Repairs what eng/verify.sh finds and a program can mend: the solution file and the formatting.
set -euo pipefail
cd "$(dirname "$0")/.."
eng/solution
dotnet format MiniK8s.sln --no-restore --verbosity quiet
