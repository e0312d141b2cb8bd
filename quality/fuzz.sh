#!/usr/bin/env bash
# Broken files against one reader for as long as is wanted: quality/fuzz.sh gguf 30m   (readers: safetensors, pytorch, gguf; times: 90s, 30m, 8h)
# A failing input is shrunk and kept in tests/Stemma.Tests/Fuzzing/crashes, where a test replays it.
set -euo pipefail
cd "$(dirname "$0")/.."
reader="${1:?reader}"
time="${2:?time, for example 30m}"
case "$time" in
  *s) minutes=$(awk "BEGIN { print ${time%s} / 60 }") ;;
  *m) minutes="${time%m}" ;;
  *h) minutes=$(awk "BEGIN { print ${time%h} * 60 }") ;;
  *) echo "$0: a time like 90s, 30m or 8h" >&2; exit 4 ;;
esac
dotnet build -c Release -v q --nologo tests/Stemma.Tests
STEMMA_FUZZ_READER="$reader" STEMMA_FUZZ_MINUTES="$minutes" dotnet artifacts/bin/Stemma.Tests/release/Stemma.Tests.dll -noColor -diagnostics \
  -method "Stemma.Tests.Fuzzing.FuzzTests.Broken_files_end_in_a_model_or_in_a_refusal"
