#!/usr/bin/python3
"""Goes on from one base of the zoo of ../disguises for three times the steps it has had, at its own full learning rate, on text that it never read.

Once as it stands and once after its basis was turned, with heads and units permuted. Writes FOLDER/NAME.STEPS.
"""
import argparse
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "disguises"))
import checkpoint  # noqa: E402
import text  # noqa: E402
import training  # noqa: E402
from operations import symmetries  # noqa: E402

TEXT, STEPS, RATE = ("headers", "perl", "docs-2"), 3600, 4e-3
KEPT = (300, 600, 1200, 2400, STEPS)


def as_it_stands(base, _):
    return base


def rotated(base, rng):
    for change in (symmetries.rotate_residual, symmetries.permute_units, symmetries.permute_heads, symmetries.turn_heads):
        base = change(base, rng)
    return base


CHANGES = {"continued": (as_it_stands, 11), "rotated": (rotated, 12)}  # and the order of the batches


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zoo", type=pathlib.Path, help="folder that ../disguises/build_zoo.py has filled")
    parser.add_argument("out", type=pathlib.Path, help="folder for the checkpoints (about 3 MB each)")
    parser.add_argument("--only", choices=CHANGES, help="one of the two alone")
    parser.add_argument("--base", default="base-a", help="a base of the zoo with the tokenizer a (default: %(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(1)  # sums in one order: the same files give the same models
    source = text.Text(options.zoo / ".text")
    for name, (change, order) in CHANGES.items():
        if options.only not in (None, name):
            continue
        began, losses = time.process_time(), []

        def report(step, loss, now):
            losses.append(loss)
            if step in KEPT:
                checkpoint.write(now, options.out / f"{name}.{step}", source.tokenizer("a").file)
                print(f"{name}.{step}: loss {sum(losses[-100:]) / 100:.2f}, {time.process_time() - began:.0f} s", flush=True)

        start = change(checkpoint.read(options.zoo / options.base), torch.Generator().manual_seed(order))
        training.train(start, source, TEXT, STEPS, RATE, order, report=report)


if __name__ == "__main__":
    main()
