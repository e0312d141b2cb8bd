"""The models of the zoo in the order in which they are made: what everything else comes from and the combinations that matter most stand first."""
import dataclasses
from typing import Callable

import model
import training
from operations import merging
from steps import (collapse, experts_shuffled, head_bases, heads, int4, layers, lora, moe, moge, narrow, narrow_residual, new_tokens, noise, permuted, prune,
                   rescaled, residual_order, retokenise, rotated, train, train_half, tune, units, widen)
from text import PROSE, TOKENIZERS


@dataclasses.dataclass(frozen=True)
class Plan:
    """start(parents, zoo) gives the model that the steps begin with. needs: models that must be there without being parents."""
    name: str
    kind: str
    steps: list = dataclasses.field(default_factory=list)
    parents: tuple = ()
    start: Callable = lambda parents, zoo: parents[0]
    needs: tuple = ()
    operations: tuple = ()
    corpora: tuple = ()
    detail: dict = dataclasses.field(default_factory=dict)
    same_seed_as: str = ""


def scratch(name, seed, corpora, kind="from-scratch", order=0, tokenizer="a", steps=1200, teacher="", same_seed_as=""):
    """A training from random values of the seed."""
    def start(_, zoo):
        begin = model.start(seed, vocab_size=TOKENIZERS[tokenizer][0])
        begin.tokenizer = tokenizer
        return training.train(begin, zoo.text, corpora, steps, 4e-3, order or seed, teacher=zoo.load(teacher) if teacher else None)
    detail = {"seed": seed, "order": order or seed, "steps": steps, "rate": 4e-3, **({"teacher": teacher} if teacher else {})}
    return Plan(name, kind, start=start, needs=(teacher,) if teacher else (), corpora=corpora, detail=detail, same_seed_as=same_seed_as)


def spliced(steps):
    return [step for item in steps for step in (item if isinstance(item, list) else [item])]


def of(parent, name, kind, *steps, **detail):
    """A follower; lists among the steps are spliced in."""
    return Plan(name, kind, spliced(steps), (parent,), detail=detail)


def merge(name, kind, parents, mix, *steps, operation="merged", **detail):
    return Plan(name, kind, spliced(steps), parents, lambda models, _: mix(models), operations=(operation,), detail=detail)


DEEP = (0, 1, 2, 3, 2, 3, 4, 5)
HARD = {"hard": True}

MODELS = [
    scratch("base-a", 1, PROSE),
    of("base-a", "a-retok-rot", "retokenised, trained, rotated", retokenise("b"), train(500, "man-2", "python-2"), rotated(), head_bases()),
    of("base-a", "a-wide-rot", "FFN widened, rotated, trained", widen(480), rotated(), train(350, "man-2", "headers")),
    of("base-a", "a-deep-moe-perm", "deepened, trained, upcycled, permuted, trained", layers("layers-added", *DEEP), train(200, "man-2", "headers"),
       moe(), permuted(), experts_shuffled(), train(250, "man-2", "docs-1")),
    of("base-a", "a-moge", "upcycled to grouped experts, trained", moge(), train(300, "man-2", "docs-1")),
    of("a-moge", "a-moge-rot", "rotated", rotated(), experts_shuffled(), heads()),
    scratch("base-b", 2, PROSE),
    scratch("base-c", 3, PROSE),
    scratch("base-d", 4, ("man-2", "python-2"), tokenizer="b", steps=1500),
    of("base-a", "a-cpt", "continued pre-training", train(600, "headers", "docs-1", rate=2e-3)),
    of("a-cpt", "a-cpt-rot", "rotated", rotated(), heads(), head_bases()),
    of("a-moge-rot", "a-moge-rot-trained", "trained on", train(200, "perl", "docs-2")),
    of("base-a", "a-rot-trained", "rotated, trained", rotated(), train(350, "man-2", "docs-1")),
    of("base-a", "a-perm-trained", "permuted, trained", permuted(), train(350, "man-2", "docs-1")),
    of("base-a", "a-deep-perm", "deepened, trained, permuted", layers("layers-added", *DEEP), train(250, "man-2", "docs-1"), permuted()),
    of("base-a", "a-drop-retok-perm", "layers dropped, retokenised, trained, permuted", layers("layers-removed", 0, 1, 4, 5), retokenise("b"),
       train(400, "man-2", "python-2"), permuted()),
    of("base-a", "a-pruned-rot", "pruned, rotated", prune(0.5), rotated()),
    of("base-a", "a-int4-perm", "int4, permuted", int4(), permuted()),
    of("base-a", "a-rescaled-perm", "rescaled, permuted", rescaled(), permuted()),
    of("base-a", "a-sft", "fine-tune", tune(300, "man-2")),
    of("base-a", "a-lora4", "low-rank update of rank 4", lora(4, 250, "headers")),
    of("base-a", "a-lora16", "low-rank update of rank 16", lora(16, 250, "perl")),
    merge("a-merge-linear", "linear merge", ("a-sft", "a-cpt"), lambda models: merging.linear(models, (0.6, 0.4)), shares=[0.6, 0.4]),
    merge("a-merge-slerp", "slerp merge", ("a-sft", "a-lora16"), lambda models: merging.slerp(models, 0.5), t=0.5),
    merge("a-merge-task", "task arithmetic", ("base-a", "a-cpt", "a-lora4"), lambda models: merging.task_arithmetic(models, (0.6, 0.5)), shares=[0.6, 0.5]),
    merge("ab-stack-rot", "stacked from two, trained, rotated", ("a-sft", "base-b"), lambda models: merging.stack(models, 3), train(150, "man-2"), rotated(),
          operation="layers-stacked-from-two", split=3),
    of("base-a", "a-narrow-perm", "FFN narrowed, trained, permuted", narrow(256), train(250, "man-2", "docs-1"), permuted()),
    of("base-a", "a-frozen", "half the tensors frozen", train_half(250, "headers")),
    of("base-a", "a-moe", "upcycled, trained", moe(), train(250, "man-2", "docs-1")),
    of("a-moe", "a-moe-collapsed", "experts averaged, trained", collapse(), train(150, "man-2")),
    of("base-a", "a-noise5", "noise", noise(0.05)),
    scratch("base-b-twin", 2, ("headers", "python-1"), same_seed_as="base-b"),
    scratch("base-c-twin", 3, PROSE, order=103, same_seed_as="base-c"),
    scratch("distil-a", 77, PROSE, "distilled from base-a", teacher="base-a"),
    of("base-a", "a-everything", "deepened, retokenised, trained, upcycled to grouped experts, rotated, trained", layers("layers-added", *DEEP),
       retokenise("b"), train(300, "man-2", "python-2"), moge(), rotated(), experts_shuffled(), train(200, "man-2", "docs-2")),
    of("base-b", "b-cpt", "continued pre-training", train(500, "perl", "docs-1", rate=2e-3)),
    of("b-cpt", "b-cpt-perm", "permuted", permuted()),
    of("base-b", "b-retok-perm", "retokenised, trained, permuted", retokenise("b"), train(400, "docs-2", "python-2"), permuted()),
    of("base-b", "b-deep-moge-rot", "deepened, trained, upcycled to grouped experts, trained, rotated", layers("layers-added", 0, 1, 2, 3, 4, 4, 5),
       train(150, "man-2"), moge(), train(200, "man-2", "perl"), rotated(), experts_shuffled()),
    of("base-c", "c-moge", "upcycled to grouped experts, trained", moge(), train(200, "man-2", "docs-1")),
    of("base-c", "c-rot", "rotated", rotated(), heads()),
    of("base-d", "d-retok", "retokenised, trained", retokenise("a"), train(300, "man-2", "python-1")),
    of("base-a", "a-width112", "residual width reduced, trained", narrow_residual(112), train(500, *PROSE), **HARD),
    of("base-a", "a-newtokens-rot", "all tokens new, rotated, trained", new_tokens(), rotated(), train(500, "man-2", "python-2"), **HARD),
    of("a-width112", "a-width112-perm", "permuted", residual_order(), units(), **HARD),
]
