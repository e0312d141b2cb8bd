"""Steps of the recipe: what is done to a model on its way into the zoo, with the names of the operations that Stemma should find."""
import dataclasses
from typing import Callable

import torch

import training
from operations import damage, experts, shaping, symmetries


@dataclasses.dataclass(frozen=True)
class Step:
    """apply(model, rng, text) gives the next model; `exact` promises the same outputs, `corpora` is what a training read."""
    name: str
    operations: tuple
    apply: Callable
    exact: bool = False
    corpora: tuple = ()
    settings: dict = dataclasses.field(default_factory=dict)


def exactly(name, operations, change):
    return Step(name, operations, lambda model, rng, text: change(model, rng), exact=True)


def train(steps, *corpora, rate=1.5e-3, operation="continued-pretraining", **more):
    def apply(model, rng, text):
        order = torch.randint(2**31, (1,), generator=rng).item()
        return training.train(model, text, corpora, steps, rate, order, **more)
    settings = {"steps": steps, "rate": rate, "data": list(corpora), **({"rank": more["rank"]} if "rank" in more else {})}
    return Step("trained", (operation,), apply, corpora=corpora, settings=settings)


def tune(steps, *corpora):
    return train(steps, *corpora, rate=4e-4, operation="fine-tune")


def lora(rank, steps, *corpora):
    return train(steps, *corpora, rate=4e-3, operation="low-rank-update", rank=rank)


def train_half(steps, *corpora):
    """Every second tensor of the layers, and embedding and head, stay as they are."""
    return train(steps, *corpora, operation="frozen-tensors", only=lambda name: ".layers." in name and sum(name.encode()) % 2 == 0)


def units():
    return exactly("units permuted", ("units-permuted",), symmetries.permute_units)


def heads():
    return exactly("KV groups and heads permuted", (), symmetries.permute_heads)


def head_bases():
    return exactly("bases inside heads turned", (), symmetries.turn_heads)


def experts_shuffled():
    return exactly("experts permuted", (), symmetries.permute_experts)


def residual_order():
    return exactly("residual dimensions permuted, signs flipped", ("residual-permuted",), symmetries.permute_residual)


def permuted():
    """Every label that can be permuted."""
    return [residual_order(), units(), heads()]


def rotated():
    """The residual basis turned with gains folded, and the labels of units."""
    return [exactly("residual rotated, gains folded", ("residual-rotated",), symmetries.rotate_residual), units()]


def rescaled():
    return exactly("gains, up and down, values and outputs rescaled", ("rescaled",), symmetries.rescale)


def layers(operation, *order):
    return Step(f"layers {', '.join(map(str, order))}", (operation,), lambda model, rng, text: shaping.with_layers(model, order))


def widen(count):
    return exactly(f"FFN widened to {count}", ("ffn-widened",), lambda model, rng: shaping.widen_ffn(model, count, rng))


def narrow(count):
    return Step(f"FFN narrowed to {count} by importance", ("ffn-narrowed",), lambda model, rng, text: shaping.narrow_ffn(model, count))


def narrow_residual(width):
    return Step(f"residual width reduced to {width}", (), lambda model, rng, text: shaping.narrow_residual(model, width))


def moe():
    return exactly("8 experts, top 2", ("moe-upcycled",), experts.upcycle_moe)


def moge(renewed=0.25):
    return Step("8 grouped experts and a shared one", ("moge-upcycled",), lambda model, rng, text: experts.upcycle_moge(model, rng, renewed))


def collapse():
    return Step("experts averaged", ("moe-collapsed",), lambda model, rng, text: experts.collapse(model))


def prune(share):
    return Step(f"{share:.0%} pruned", ("pruned",), lambda model, rng, text: damage.prune(model, share))


def int4():
    return Step("int4 grid", ("quantised",), lambda model, rng, text: damage.int4(model))


def noise(share):
    return Step(f"noise {share:.0%}", (), lambda model, rng, text: damage.add_noise(model, share, rng))


def retokenise(name):
    def apply(model, rng, text):
        return damage.retokenise(model, name, text.tokenizer(model.tokenizer).pieces(), text.tokenizer(name).pieces(), rng)
    return Step(f"tokenizer {name}, other tokens random", ("tokenizer-replaced",), apply)


def new_tokens():
    return Step("embedding and head random", (), lambda model, rng, text: damage.reinitialise(model, rng))
