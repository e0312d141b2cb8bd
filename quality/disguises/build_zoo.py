#!/usr/bin/python3
"""Trains and disguises the models of recipe.py into a folder: one folder per model and zoo.json, which grows with every model.

Needs Debian's python3-torch and the text of any Debian machine. Models that stand already are not made again. Several of these processes may work on one
folder: each takes the next model whose parents are there.
"""
import argparse
import contextlib
import fcntl
import json
import pathlib
import time
import zlib

import torch

import checkpoint
import recipe
import text
import training

TOLERANCE = 1e-3  # of a loss that must not change: sums in float32 in another order


class Zoo:
    def __init__(self, folder):
        self.folder, self.index = folder, folder / "zoo.json"
        self.text = text.Text(folder / ".text")

    def entries(self):
        return {entry["name"]: entry for entry in json.loads(self.index.read_text())["models"]} if self.index.exists() else {}

    def load(self, name):
        return checkpoint.read(self.folder / name, self.entries()[name]["detail"]["tokenizer"])

    @contextlib.contextmanager
    def lock(self, name, wait=False):
        """Yields whether the lock was had."""
        with open(self.folder / f".text/{name}.lock", "w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                yield True
            except BlockingIOError:
                yield False

    def add(self, entry, model):
        if not (self.folder / entry["name"]).exists():
            checkpoint.write(model, self.folder / entry["name"], self.text.tokenizer(model.tokenizer).file)
        with self.lock("index", wait=True):
            entries = {**self.entries(), entry["name"]: entry}
            part = self.index.with_suffix(".part")
            part.write_text(json.dumps({"models": list(entries.values())}, indent=1) + "\n")
            part.rename(self.index)


def build(plan, zoo):
    """One model: its start, then step by step, with the loss on the same held-out prose after each."""
    began = time.process_time()
    rng = torch.Generator().manual_seed(zlib.crc32(plan.name.encode()))
    parents = [zoo.load(name) for name in plan.parents]
    model, trail, corpora = plan.start(parents, zoo), [], list(plan.corpora)
    loss = training.loss_of(model, zoo.text, text.PROSE)
    for step in plan.steps:
        model = step.apply(model, rng, zoo.text)
        before, loss = loss, training.loss_of(model, zoo.text, text.PROSE)
        if step.exact and abs(loss - before) > TOLERANCE:
            raise SystemExit(f"{plan.name}: {step.name} changed the loss from {before} to {loss}")
        trail.append({"step": step.name, **step.settings, "exact": step.exact, "loss_before": round(before, 5), "loss_after": round(loss, 5)})
        corpora = list(step.corpora) or corpora
    model = checkpoint.rounded(model)
    known = zoo.entries()
    roots = sorted({root for name in plan.parents for root in known[name]["roots"]}) or [plan.name]
    operations = list(dict.fromkeys([*plan.operations, *(operation for step in plan.steps for operation in step.operations)]))
    data = corpora or known[plan.parents[0]]["detail"]["data"]
    detail = {
        **plan.detail, "tokenizer": model.tokenizer, "data": data, "loss": training.loss_of(model, zoo.text, data),
        "loss_prose": training.loss_of(model, zoo.text, text.PROSE), "trail": trail, "seconds": round(time.process_time() - began),
    }
    twin = {"same_seed_as": plan.same_seed_as} if plan.same_seed_as else {}
    zoo.add({"name": plan.name, "kind": plan.kind, "parents": list(plan.parents), "roots": roots, "operations": operations, **twin, "detail": detail}, model)
    print(f"{plan.name}: loss {detail['loss']:.2f}, on the bases' text {detail['loss_prose']:.2f}, {detail['seconds']} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder for the zoo (about 250 MB)")
    parser.add_argument("--only", nargs="+", metavar="MODEL", help="these models alone; their parents must be there or among them")
    options = parser.parse_args()
    torch.set_num_threads(1)  # sums in one order: the same files give the same models
    zoo = Zoo(options.out)
    wanted = [plan for plan in recipe.MODELS if not options.only or plan.name in options.only]
    missing = {name for plan in wanted for name in (*plan.parents, *plan.needs)} - {plan.name for plan in wanted} - set(zoo.entries())
    if missing:
        raise SystemExit(f"parents that are neither there nor wanted: {', '.join(sorted(missing))}")
    while left := [plan for plan in wanted if plan.name not in zoo.entries()]:
        for plan in left:
            if all(name in zoo.entries() for name in (*plan.parents, *plan.needs)):
                with zoo.lock(plan.name) as mine:
                    if mine and plan.name not in zoo.entries():
                        build(plan, zoo)
                        break
        else:
            time.sleep(5)  # another process is at the parents


if __name__ == "__main__":
    main()
