#!/usr/bin/env python3
"""Writes src/Stemma/Running/Tokenizing/Unicode/normalization.txt from Python's copy of the Unicode Character Database.

.NET normalises nothing when globalisation is invariant, as it is in Stemma, so the engine carries the tables of UAX 15 itself.
Entries, separated by spaces: CODE~CLASS (canonical combining class), CODE=A[+B] (canonical decomposition; CODE! A when it is never composed again),
CODE:A+B+... (compatibility decomposition). Hangul syllables are computed, not listed.
"""
import pathlib
import unicodedata

entries = []
for code in range(0x110000):
    if 0xAC00 <= code <= 0xD7A3 or 0xD800 <= code <= 0xDFFF:
        continue
    text = chr(code)
    if unicodedata.combining(text):
        entries.append(f"{code:X}~{unicodedata.combining(text)}")
    decomposition = unicodedata.decomposition(text).split()
    if not decomposition:
        continue
    if decomposition[0].startswith("<"):
        entries.append(f"{code:X}:" + "+".join(f"{int(part, 16):X}" for part in decomposition[1:]))
    else:
        composes = unicodedata.normalize("NFC", text) == text
        entries.append(f"{code:X}" + ("=" if composes else "!") + "+".join(f"{int(part, 16):X}" for part in decomposition))

lines, line = [f"# Unicode {unicodedata.unidata_version}, written by quality/unicode_tables.py; data files: Copyright (c) Unicode, Inc., Unicode License V3"], ""
for entry in entries:
    if len(line) + len(entry) > 140:
        lines.append(line)
        line = ""
    line += (" " if line else "") + entry
lines.append(line)
target = pathlib.Path(__file__).parent.parent / "src/Stemma/Running/Tokenizing/Unicode/normalization.txt"
target.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
