"""Training with AdamW: everything, some tensors only, a low-rank update, or towards a teacher's outputs."""
import math

import torch
import torch.nn.functional as F

from model import EMBED, HEAD, Model, forward

BATCH = 4  # windows of 128 tokens: many small steps learn most in a given time


def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


@torch.no_grad()
def loss_of(model, text, corpora):
    """Mean loss on held-out text in nats per token of the model's own tokenizer."""
    windows = text.held_out(model.tokenizer, corpora)
    return cross_entropy(forward(model.config, model.weights, windows[:, :-1]), windows[:, 1:]).item()


def rate_at(step, steps, peak, warmup=60):
    """Linear warm-up, then a cosine down to a tenth."""
    return peak * min(1, step / warmup) * (0.55 + 0.45 * math.cos(math.pi * step / steps))


def train(model, text, corpora, steps, peak, order, only=None, teacher=None, rank=0, report=None, batch=BATCH):
    """The model after `steps` batches of 512 tokens drawn from the corpora by the seed `order`.

    only: name -> whether the tensor is trained (default: all). rank: train a low-rank update of every matrix of the layers, then merge it.
    teacher: a model whose distribution takes the place of the next token. report: called after every step with its number,
    its loss and the model as it stands.
    """
    weights = {name: tensor.clone() for name, tensor in model.weights.items()}
    generator = torch.Generator().manual_seed(order)
    if rank:
        layered = [name for name, tensor in weights.items() if tensor.dim() == 2 and name not in (EMBED, HEAD)]
        down = {name: (torch.randn(rank, weights[name].shape[1], generator=generator) / math.sqrt(weights[name].shape[1])).requires_grad_() for name in layered}
        up = {name: torch.zeros(weights[name].shape[0], rank, requires_grad=True) for name in layered}
        learned = [*down.values(), *up.values()]
    else:
        learned = [tensor.requires_grad_() for name, tensor in weights.items() if only is None or only(name)]

    def current():
        return {name: tensor + up[name] @ down[name] if rank and name in up else tensor for name, tensor in weights.items()}

    def snapshot():
        return Model(model.config, {name: tensor.detach() for name, tensor in current().items()}, model.tokenizer)

    optimiser = torch.optim.AdamW(learned, peak, betas=(0.9, 0.95), weight_decay=0.01)
    for step in range(1, steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, steps, peak)
        windows = text.batch(model.tokenizer, corpora, batch, generator)
        logits = forward(model.config, current(), windows[:, :-1])
        if teacher:
            with torch.no_grad():
                wanted = forward(teacher.config, teacher.weights, windows[:, :-1]).flatten(0, 1).softmax(-1)
            loss = F.cross_entropy(logits.flatten(0, 1), wanted)
        else:
            loss = cross_entropy(logits, windows[:, 1:])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        if report:
            report(step, loss.item(), snapshot())
    return snapshot()
