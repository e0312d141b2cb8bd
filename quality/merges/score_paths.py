#!/usr/bin/python3
"""Asks of the models that train_paths.py made who is a merge, by the usual rule and by Stemma, and prints the tables of results.md."""
import argparse
import itertools
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy


def read(folder):
    data = (folder / "model.safetensors").read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    return {name: numpy.frombuffer(data[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]], "<f4").astype(float)
            for name, entry in json.loads(data[8:start]).items() if name != "__metadata__"}


def write_half(folder, out):
    """The same checkpoint rounded to bfloat16."""
    data = (folder / "model.safetensors").read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, entry in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        bits = numpy.frombuffer(data[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]], "<u4").astype(numpy.uint64)
        half = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": "BF16", "shape": entry["shape"], "data_offsets": [len(body), len(body) + len(half)]}
        body += half
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    out.mkdir(parents=True)
    (out / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
    (out / "config.json").write_text((folder / "config.json").read_text())


def between(middle, first, last):
    """Gain against the nearer end, and what is left as a share of what orthogonal steps would leave."""
    gram = numpy.zeros((2, 2))
    for name, weights in middle.items():
        if weights.size < 1000:
            continue
        a, b = first[name] - weights, last[name] - weights
        gram += numpy.array([[a @ a, a @ b], [a @ b, b @ b]]) / (weights @ weights)
    left = 1 / numpy.linalg.solve(gram, numpy.ones(2)).sum()
    return 1 - left / gram.diagonal().min(), left * (1 / gram.diagonal()).sum()


def ask(stemma, folders):
    """Who is called a merge, and how many pairs are said to differ by a low-rank update."""
    done = subprocess.run([stemma, "compare", *map(str, folders), "--format", "json", "--quiet"], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    ranks = [one["detail"].split("rank ")[1].split(":")[0] for pair in report["comparisons"] for one in pair["verdict"]["operations"] if one["name"] == "low-rank-update"]
    return [found["child"] for found in report["mixtures"]], ranks


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=pathlib.Path, help="what train_paths.py made")
    parser.add_argument("--stemma", default=str(pathlib.Path(__file__).resolve().parents[2] / "stemma"), help="the program")
    options = parser.parse_args()
    paths = {}
    for folder in options.models.iterdir():
        name, step = folder.name.rsplit(".", 1)
        if (folder / "model.safetensors").exists():
            paths.setdefault(name, []).append(int(step))
    merged = {name: paths.pop(name) for name in sorted(paths) if name.startswith("merged-then-")}
    paths = {name: steps for name, steps in sorted(paths.items()) if name not in ("base", "merge")}

    print("| training | triples | gain of 0.30 or more | highest gain | straightest: share of the star left | called a merge: float32, bfloat16 | pairs | low rank, float32 | low rank, bfloat16 |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        halves = pathlib.Path(scratch)
        for folder in sorted(options.models.iterdir()):
            if (folder / "model.safetensors").exists():
                write_half(folder, halves / folder.name)
        for name, steps in paths.items():
            line = ["base.400", "base.600"] + [f"{name}.{step}" for step in sorted(steps)]
            weights = {one: read(options.models / one) for one in line}
            found = [between(weights[b], weights[a], weights[c]) for a, b, c in itertools.combinations(line, 3)]
            said = [ask(options.stemma, [root / one for one in line]) for root in (options.models, halves)]
            ranks = [f"{len(low)}" + (f" (rank {', '.join(sorted(set(low), key=int))})" if low else "") for _, low in said]
            print(f"| {name} | {len(found)} | {sum(gain >= 0.3 for gain, _ in found)} | {max(gain for gain, _ in found):.2f} "
                  f"| {min(share for _, share in found):.3f} | {len(said[0][0])}, {len(said[1][0])} "
                  f"| {len(line) * (len(line) - 1) // 2} | {ranks[0]} | {ranks[1]} |", flush=True)

        print("\n| model | gain | share of the star left | called a merge, float32 | called a merge, bfloat16 |\n|---|---|---|---|---|")
        parents = ["headers-3e-4.300", "texts-3e-4.300"]
        ends = [read(options.models / one) for one in parents]
        for one in ["merge.0"] + [f"{name}.{step}" for name, steps in merged.items() for step in sorted(steps)]:
            gain, share = between(read(options.models / one), *ends)
            said = ["yes" if one in ask(options.stemma, [root / p for p in [*parents, "base.600", one]])[0] else "no" for root in (options.models, halves)]
            print(f"| {one} | {gain:.3f} | {share:.4f} | {said[0]} | {said[1]} |", flush=True)


if __name__ == "__main__":
    main()
