#!/usr/bin/env bash
# Broken files against one reader for as long as is wanted: quality/fuzz.sh gguf 30m   (times: 90s, 30m, 8h)
# Readers: safetensors, packed, pytorch, pytorch-legacy, pytorch-tar, gguf, onnx, parts, shard-index, config, adapter, adapter-config, sentencepiece, tokenizer-json, answers, fingerprint, report.
# At the end it says how many inputs were read or refused, and what the worst of them cost. STEMMA_FUZZ_BIN names a folder with a build of the tests that is to be used as it is.
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
if [ -z "${STEMMA_FUZZ_BIN:-}" ]; then dotnet build -c Release -v q --nologo tests/Stemma.Tests; fi
STEMMA_FUZZ_READER="$reader" STEMMA_FUZZ_MINUTES="$minutes" dotnet "${STEMMA_FUZZ_BIN:-artifacts/bin/Stemma.Tests/release}/Stemma.Tests.dll" -noColor -diagnostics \
  -method "Stemma.Tests.Fuzzing.FuzzTests.Broken_files_end_in_a_model_or_in_a_refusal"
