"""Makes src/Stemma/Auditing/Sources/Data/licences.json from the npm package spdx-license-list (CC0-1.0): npm pack spdx-license-list, unpack, then make.py FOLDER."""
import hashlib, json, pathlib, re, sys

IDS = """0BSD AFL-3.0 AGPL-3.0-only Apache-1.1 Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear BSD-4-Clause BSL-1.0 CC-BY-4.0 CC-BY-NC-4.0
CC-BY-NC-ND-4.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0 CDDL-1.0 CECILL-2.1 ECL-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 GFDL-1.3-only GPL-2.0-only
GPL-3.0-only ISC LGPL-2.1-only LGPL-3.0-only MIT MIT-0 MPL-2.0 MS-PL MulanPSL-2.0 NCSA ODbL-1.0 OFL-1.1 OSL-3.0 PostgreSQL Unlicense UPL-1.0 WTFPL Zlib""".split()
SHINGLE, KEPT_OF = 5, 4


def hashes(text):
    words = re.findall(r"[a-z0-9]+", text.lower())
    all_of = {int.from_bytes(hashlib.sha256(" ".join(words[i:i + SHINGLE]).encode()).digest()[:4], "big") for i in range(len(words) - SHINGLE + 1)}
    return sorted(h for h in all_of if h % KEPT_OF == 0)


folder = pathlib.Path(sys.argv[1])
out = {"source": "npm spdx-license-list " + json.loads((folder / "package.json").read_text())["version"] + ", CC0-1.0", "shingle_words": SHINGLE, "kept_one_in": KEPT_OF, "licences": []}
for one in IDS:
    licence = json.loads((folder / "licenses" / f"{one}.json").read_text())
    text = re.sub(r"(?im)^\s*copyright .*$", "", licence["licenseText"])
    kept = hashes(text)
    out["licences"].append({"id": one, "name": licence["name"], "hashes": "".join(f"{h:08x}" for h in kept)})
path = pathlib.Path(__file__).parents[2] / "src/Stemma/Auditing/Sources/Data/licences.json"
lines = ",\n".join("    " + json.dumps(one) for one in out.pop("licences"))
path.write_text(json.dumps(out, indent=2)[:-2] + ',\n  "licences": [\n' + lines + "\n  ]\n}\n")
