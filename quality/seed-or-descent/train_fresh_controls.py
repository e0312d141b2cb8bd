#!/usr/bin/python3
"""Trains controls that had no part in choosing the rule "seed or descent": other seeds, widths, depths, texts, initial spreads and rates.

Uses the model and the texts of ../disguises; writes what train_controls.py writes, for score_controls.py.
"""
import argparse
import dataclasses
import json
import pathlib
import sys
import time

import torch

from train_controls import Run, folder_name, history

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "disguises"))
import checkpoint  # noqa: E402
import model  # noqa: E402
import text  # noqa: E402
import training  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Family:
    """What the trainings of one initialisation have in common; `other` is the initialisation of a stranger of the same shape."""
    name: str
    seed: int
    other: int
    shape: dict
    spread: float
    rate: float
    texts: tuple


def shape(width, layers, units, head):
    return {"hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": width // head, "head_dim": head, "intermediate_size": units}


FAMILIES = [
    Family("narrow", 11, 21, shape(64, 3, 176, 16), 0.5, 4e-3, ("man-1", "perl", "docs-2")),
    Family("deep", 12, 22, shape(64, 8, 128, 16), 0.3, 2e-3, ("python-2", "headers", "man-2")),
    Family("wide", 13, 23, shape(160, 2, 320, 40), 0.8, 3e-3, ("docs-1", "python-1", "perl")),
]
KEPT = (100, 200)


def runs_of(family):
    first, second, third = family.texts
    name, seed = family.name, family.seed
    return [
        Run(f"{name}-first", first, 400, 1, seed=seed, keep=KEPT),
        Run(f"{name}-first-reordered", first, 400, 2, seed=seed, keep=KEPT),
        Run(f"{name}-second", second, 400, 3, seed=seed, keep=KEPT),
        Run(f"{name}-stranger", first, 400, 4, seed=family.other, keep=KEPT),
        Run(f"{name}-first-then-third", third, 400, 5, seed=seed, parent=f"{name}-first", keep=KEPT),
    ]


def long_runs_of(family):
    """The kind of twins on which the rule once erred: one text in two orders, for a short and a long training, then different texts."""
    first, second, third = family.texts
    name, seed = family.name, family.seed
    return [
        Run(f"{name}-first-long", first, 1200, 6, seed=seed, keep=(600,)),
        Run(f"{name}-first-long-reordered", first, 1200, 7, seed=seed, keep=(600,)),
        Run(f"{name}-first-long-then-third", third, 400, 8, seed=seed, parent=f"{name}-first-long", keep=(200,)),
        Run(f"{name}-first-long-reordered-then-second", second, 400, 9, seed=seed, parent=f"{name}-first-long-reordered", keep=(200,)),
        Run(f"{name}-first-reordered-then-second", second, 400, 10, seed=seed, parent=f"{name}-first-reordered", keep=(200,)),
    ]


def train(run, family, runs, out, source):
    """Writes the checkpoints of one run: batches of four windows of 128 tokens, a warm-up and a cosine of the learning rate."""
    began, losses = time.process_time(), []
    if run.parent:
        start = checkpoint.read(out / folder_name(runs[run.parent], runs[run.parent].steps))
    else:
        start = model.start(run.seed, family.spread, **family.shape)

    def report(step, loss, now):
        losses.append(loss)
        if step in (*run.keep, run.steps):
            checkpoint.write(now, out / folder_name(run, step), source.tokenizer("a").file)

    training.train(start, source, (run.corpus,), run.steps, family.rate, run.order, report=report)
    print(f"{run.name}: {run.steps} steps, loss {sum(losses[-30:]) / 30:.2f}, {time.process_time() - began:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder for the checkpoints (about 1 MB each)")
    options = parser.parse_args()
    torch.set_num_threads(1)  # sums in one order: the same files give the same models
    source = text.Text(options.out / ".text")
    plan = [(run, family) for family in FAMILIES for run in runs_of(family)] + [(run, family) for family in FAMILIES for run in long_runs_of(family)]
    runs, controls = {run.name: run for run, _ in plan}, {}
    for run, family in plan:
        kept = (*run.keep, run.steps)
        if not all((options.out / folder_name(run, steps)).exists() for steps in kept):
            train(run, family, runs, options.out, source)
        for steps in kept:
            seed, trainings = history(run, steps, runs)
            controls[folder_name(run, steps)] = {"initialisation": seed, "trainings": trainings}
        (options.out / "controls.json").write_text(json.dumps(controls, indent=2) + "\n")


if __name__ == "__main__":
    main()
