#!/usr/bin/python3
"""Compares all controls with each other and prints, for each kind of pair, what Stemma claims and the ratio that the rule "seed or descent" looks at.

The ratio is the statistic of the evidence learned-parameters over the statistic of direct-cosine. Standard library only.
"""
import argparse
import collections
import itertools
import json
import math
import pathlib
import shlex
import statistics
import subprocess

STEMMA = pathlib.Path(__file__).resolve().parents[2] / "stemma"


def common_steps(a, b):
    """Steps that two models were trained for as one model."""
    steps = 0
    for first, second in zip(a["trainings"], b["trainings"]):
        if first["run"] != second["run"]:
            break
        steps += min(first["steps"], second["steps"])
        if first["steps"] != second["steps"]:
            break
    return steps


def total(model):
    return sum(training["steps"] for training in model["trainings"])


def span(steps):
    """Steps in words, in the groups of the table."""
    return str(steps) if steps < 300 else "300 to 900" if steps < 1000 else "1,000 or more"


def classify(a, b):
    """A sortable key and a name for the kind of pair."""
    if a["initialisation"] != b["initialisation"]:
        return (3,), "unrelated: two initialisations"
    shared, shorter, longer = common_steps(a, b), min(total(a), total(b)), max(total(a), total(b))
    if shared == 0:
        # The model that has learned less limits what the pair can show.
        same = any(first["corpus"] == second["corpus"] for first in a["trainings"] for second in b["trainings"])
        text = "some of the same text" if same else "other text"
        return (int(same), min(shorter, 300 if shorter < 1000 else 1000)), f"twins by seed, {text}, the shorter training {span(shorter)} steps"
    times = 1 if longer - shared <= shared else 3 if longer - shared <= 3 * shared else math.inf
    later = {1: "at most as many", 3: "up to three times as many"}.get(times, "more than three times as many")
    return (2, min(shared, 300 if shared < 1000 else 1000), times), f"descent, split at step {span(shared)}, then {later}"


def compare(stemma, folders):
    command = [*shlex.split(stemma), "compare", *map(str, folders), "--format", "json", "--quiet"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if not done.stdout or done.returncode not in (0, 3):
        raise SystemExit(f"{command[0]} ended with exit code {done.returncode}")
    report = json.loads(done.stdout)
    return report.get("comparisons", [report])


def ratio_and_cosine(comparison):
    """Ratio and the cosine of the matrices; None where they could not be had."""
    statistic = {evidence["method"]: evidence["statistic"] for evidence in comparison["evidence"]}
    learned, matrices = statistic.get("learned-parameters"), statistic.get("direct-cosine")
    return (learned / matrices, matrices) if learned is not None and matrices and matrices > 0 else None


def median(values):
    return f"{statistics.median(values):.3f}" if values else "-"


def summary(values):
    return f"{min(values):.3f} | {median(values)} | {max(values):.3f}" if values else "- | - | -"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("controls", type=pathlib.Path, help="folder that train_controls.py wrote")
    parser.add_argument("--stemma", default=str(STEMMA), help="the program, with options in front if need be")
    parser.add_argument("--pairs", action="store_true", help="also a line per related pair")
    options = parser.parse_args()
    controls = json.loads((options.controls / "controls.json").read_text())
    kinds, lines = collections.defaultdict(list), []
    comparisons = compare(options.stemma, [options.controls / name for name in controls])
    if len(comparisons) != len(list(itertools.combinations(controls, 2))):
        raise SystemExit(f"{len(comparisons)} comparisons of {len(controls)} controls: some pairs are missing")
    for comparison in comparisons:
        names = sorted((comparison["subject"]["name"], comparison["reference"]["name"]), key=list(controls).index)
        key, kind = classify(*(controls[name] for name in names))
        relation, found = comparison["verdict"]["relation"], ratio_and_cosine(comparison)
        related = controls[names[0]]["initialisation"] == controls[names[1]]["initialisation"]
        kinds[key, kind].append((relation, found if related else None))  # between independent models the ratio is noise over noise
        if related and found:
            lines.append((key, f"{found[0]:.3f} {found[1]:.3f} {relation} {names[0]} {names[1]}"))
    print("| pairs | number | relation claimed | ratio: lowest | median | highest | matrices' cosine: median |\n|---|---|---|---|---|---|---|")
    for (_, kind), pairs in sorted(kinds.items()):
        claimed = ", ".join(f"{relation} {count}" for relation, count in sorted(collections.Counter(relation for relation, _ in pairs).items()))
        values = [found for _, found in pairs if found]
        print(f"| {kind} | {len(pairs)} | {claimed} | {summary([r for r, _ in values])} | {median([c for _, c in values])} |")
    if options.pairs:
        print("\nratio, cosine, relation, models")
        print("\n".join(line for _, line in sorted(lines)))


if __name__ == "__main__":
    main()
