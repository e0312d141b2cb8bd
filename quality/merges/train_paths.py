#!/usr/bin/python3
"""Trains small decoders that are no merges although one lies between two others, and merges that were trained on.

Needs what ../seed-or-descent/train_controls.py needs, whose model, text and checkpoints it uses. A checkpoint in the middle of one training lies between
the earlier and the later one; the straighter the training, the more it looks like their average. A training whose folders exist is not repeated.
"""
import argparse
import dataclasses
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "seed-or-descent"))
import train_controls as controls  # noqa: E402

KEEP = (10, 25, 50, 100, 200, 300)


@dataclasses.dataclass(frozen=True)
class Path:
    """A training from the base, or from another folder, at a rate that stays as it is."""
    name: str
    corpus: str
    rate: float
    order: int
    parent: str = "base.600"
    rank: int = 0  # low-rank adaptation of q, v and up, folded into the weights
    batches: int = 0  # so many different batches, over and over; 0: always new ones
    average: int = 1  # batches per step
    falling: bool = False  # a cosine down to nothing instead of a constant rate
    plain: bool = False  # gradient descent with momentum instead of AdamW
    keep: tuple = KEEP


PATHS = [
    Path("new-2e-3", "python-2", 2e-3, 21), Path("new-3e-4", "python-2", 3e-4, 22), Path("new-3e-5", "python-2", 3e-5, 23), Path("new-3e-6", "python-2", 3e-6, 24),
    Path("falling-1e-3", "python-2", 1e-3, 25, falling=True), Path("falling-1e-4", "headers", 1e-4, 26, falling=True),
    Path("headers-3e-4", "headers", 3e-4, 27), Path("headers-3e-4-again", "headers", 3e-4, 28), Path("texts-3e-4", "texts", 3e-4, 29),
    Path("repeated-3e-5", "headers", 3e-5, 30, batches=4), Path("repeated-3e-4", "headers", 3e-4, 31, batches=4),
    Path("large-batch-1e-4", "headers", 1e-4, 32, average=8, keep=(10, 25, 50, 100)),
    Path("lora-1e-3", "headers", 1e-3, 33, rank=8), Path("lora-1e-4", "headers", 1e-4, 34, rank=8), Path("lora-repeated-1e-4", "headers", 1e-4, 35, rank=8, batches=4),
    Path("plain-1e-2", "headers", 1e-2, 36, plain=True), Path("plain-1e-1", "headers", 1e-1, 37, plain=True),
    Path("merged-then-3e-4", "python-2", 3e-4, 41, parent="merge.0", keep=(1, 3, *KEEP)), Path("merged-then-3e-5", "python-2", 3e-5, 42, parent="merge.0", keep=(1, 3, *KEEP)),
]


class LowRank(nn.Module):
    """W + b a, of which only a and b are trained (Hu et al. 2021, arXiv 2106.09685)."""

    def __init__(self, weight, rank, generator):
        super().__init__()
        self.weight = weight.detach()
        self.a = nn.Parameter(torch.randn(rank, weight.shape[1], generator=generator) / weight.shape[1] ** 0.5)
        self.b = nn.Parameter(torch.zeros(weight.shape[0], rank))

    def forward(self, _):
        return self.weight + self.b @ self.a


def adapt(model, rank, seed):
    from torch.nn.utils import parametrize
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for name, module in model.named_modules():
        if name.endswith(("q_proj", "v_proj", "up_proj")):
            adapter = LowRank(module.weight.data, rank, generator)
            parametrize.register_parametrization(module, "weight", adapter)
            module.parametrizations.weight.original.requires_grad_(False)


def plain_copy(model):
    copy = controls.Decoder(0)
    state = {name: value.detach().clone() for name, value in model.state_dict().items() if "parametrizations" not in name}
    for name, module in model.named_modules():
        if "parametrizations" in vars(module).get("_modules", {}):  # the adapter folded in
            state[name + ".weight"] = module.weight.detach().clone()
    copy.load_state_dict(state)
    return copy


def train(path, tokens, out):
    torch.manual_seed(path.order)
    model = controls.Decoder(0)
    controls.read_checkpoint(model, out / path.parent)
    if path.rank:
        adapt(model, path.rank, path.order)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(trained, path.rate, momentum=0.9) if path.plain else torch.optim.AdamW(trained, path.rate, betas=(0.9, 0.95), weight_decay=0.0)
    order = torch.Generator().manual_seed(path.order)
    fixed = [torch.randint(0, len(tokens) - controls.LENGTH - 1, (controls.BATCH, 1), generator=order) for _ in range(path.batches)]
    loss = None
    for step in range(1, path.keep[-1] + 1):
        if path.falling:
            for group in optimiser.param_groups:
                group["lr"] = path.rate * 0.5 * (1 + math.cos(math.pi * step / path.keep[-1]))
        optimiser.zero_grad()
        for _ in range(path.average):
            starts = fixed[step % path.batches] if path.batches else torch.randint(0, len(tokens) - controls.LENGTH - 1, (controls.BATCH, 1), generator=order)
            window = tokens[starts + torch.arange(controls.LENGTH + 1)]
            loss = F.cross_entropy(model(window[:, :-1]).reshape(-1, controls.VOCABULARY), window[:, 1:].reshape(-1)) / path.average
            loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        if step in path.keep:
            controls.write_checkpoint(plain_copy(model), out / f"{path.name}.{step}")
    print(f"{path.name}: loss {loss.item() * path.average:.2f}", flush=True)


def merge(out, parents, name):
    """The weighted average of two checkpoints."""
    merged, states = controls.Decoder(0), []
    for folder, _ in parents:
        model = controls.Decoder(0)
        controls.read_checkpoint(model, out / folder)
        states.append(model.state_dict())
    merged.load_state_dict({key: sum(share * state[key] for (_, share), state in zip(parents, states)) for key in states[0]})
    controls.write_checkpoint(merged, out / name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder for the checkpoints (about 2 MB each)")
    parser.add_argument("--python", nargs="+", default=sorted(map(str, pathlib.Path("/usr/lib").glob("python3*"))), help="folders of Python sources")
    parser.add_argument("--headers", default="/usr/include", help="folder of C headers")
    parser.add_argument("--texts", default="/usr/share/doc", help="folder of plain texts")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpora = controls.read_corpora(options)
    vocabulary = controls.build_vocabulary(corpora)
    tokens = {name: controls.encode(text, vocabulary) for name, text in corpora.items()}
    base = controls.Run("base", "python-1", 600, 20, keep=(200, 400))
    if not (options.out / "base.600").exists():
        controls.train(base, {"base": base}, tokens[base.corpus], options.out)
    for path in PATHS:
        if path.parent == "merge.0" and not (options.out / "merge.0").exists():
            merge(options.out, [("headers-3e-4.300", 0.6), ("texts-3e-4.300", 0.4)], "merge.0")
        if not all((options.out / f"{path.name}.{step}" / "model.safetensors").exists() for step in path.keep):
            train(path, tokens[path.corpus], options.out)


if __name__ == "__main__":
    main()
