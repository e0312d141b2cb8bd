#!/usr/bin/env bash
# Measures a whole sketch in one run: reading the files, then `stemma sketch`, each from the cache and (as root) from the disk,
# with the peak of resident memory. Reports ratios, because two machines never agree on seconds.
# usage: tests/Stemma.Benchmarks/sketch.sh [GB] [FOLDER]   A named FOLDER is used when it holds a checkpoint, filled otherwise, and kept.
set -euo pipefail
root="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.." && pwd)"
gb="${1:-8}"
folder="${2:-}"
if [[ -z "$folder" ]]; then
    folder="$(mktemp -d)/checkpoint"
    trap 'rm -rf "$(dirname "$folder")"' EXIT
fi
work="$(mktemp -d)"
stemma="$root/stemma"
"$stemma" --version >/dev/null
[[ -f "$folder/model.safetensors.index.json" ]] || dotnet run -c Release --project "$root/tests/Stemma.Benchmarks" -- generate "$folder" --gb "$gb"

bytes=$(cat "$folder"/*.safetensors | wc -c) # Also fills the cache.
now() { date +%s.%N; }
calc() { awk "BEGIN { printf \"%.2f\", $1 }"; }

# Wall time, processor time and peak memory of one command.
measure() {
    local name="$1" began ended
    shift
    began=$(now)
    python3 - "$work/usage" "$@" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[2:], check=True, stdout=subprocess.DEVNULL)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "w").write(f"{use.ru_utime + use.ru_stime:.2f} {use.ru_maxrss / 1024:.0f}\n")
PY
    ended=$(now)
    local seconds cpu peak
    seconds=$(calc "$ended - $began")
    read -r cpu peak <"$work/usage"
    echo "$name: $seconds s, $(calc "$bytes / 1e9 / $seconds") GB/s; $cpu s of processor time, $(calc "$bytes / 1e9 / $cpu") GB/s per core; peak $peak MB"
    last="$seconds"
}

read_all() { measure "$1" sh -c 'cat "$0"/*.safetensors >/dev/null' "$folder"; }
sketch() { measure "$1" "$stemma" sketch "$folder" -o "$work/$RANDOM.stemma" --quiet; }
drop() { sync; echo 3 >/proc/sys/vm/drop_caches; }

echo "$(awk "BEGIN { printf \"%.2f\", $bytes / 1e9 }") GB on $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
read_all "read, cached"
sketch "sketch, cached"
if [[ -w /proc/sys/vm/drop_caches ]]; then
    drop; read_all "read, cold"; reading="$last"
    drop; sketch "sketch, cold"
    echo "sketch over read, cold: $(calc "$last / $reading")"
fi
rm -rf "$work"
