"""Changes that cost accuracy: fewer values, coarser values, noise, other tokens."""
import torch

from model import EMBED, HEAD


def matrices(model, tokens=False):
    """Names of all matrices; those of embedding and head only on request."""
    return [name for name, tensor in model.weights.items() if tensor.dim() == 2 and (tokens or name not in (EMBED, HEAD))]


def prune(model, share):
    """The smallest magnitudes of each matrix of the layers become zero."""
    out = model.copy()
    for name in matrices(model):
        size = out.weights[name].abs()
        out.weights[name][size <= size.flatten().kthvalue(int(share * size.numel())).values] = 0
    return out


def int4(model, group=32):
    """Every `group` values of a row on a symmetric grid of -7 to 7 times their own step. Rows must divide into groups."""
    out = model.copy()
    for name in matrices(model):
        grouped = out.weights[name].view(len(out.weights[name]), -1, group)
        step = grouped.abs().amax(-1, keepdim=True).clamp_min(1e-12) / 7
        out.weights[name] = ((grouped / step).round() * step).view_as(out.weights[name])
    return out


def add_noise(model, share, rng):
    """Normal noise of `share` times each matrix's own deviation."""
    out = model.copy()
    for name in matrices(model, tokens=True):
        out.weights[name] = out.weights[name] + share * out.weights[name].std() * torch.randn(out.weights[name].shape, generator=rng)
    return out


def retokenise(model, name, old, new, rng):
    """Embedding and head for another tokenizer: tokens of the same bytes keep their rows, the others start from random values of the same spread.

    old, new: the bytes of each token of the two vocabularies.
    """
    places = {piece: row for row, piece in enumerate(old)}
    shared = [(row, places[piece]) for row, piece in enumerate(new) if piece in places]
    to, source = (torch.tensor(rows) for rows in zip(*shared))
    out = reinitialise(model, rng, len(new))
    out.tokenizer = name
    for table in (EMBED, HEAD):
        out.weights[table][to] = model.weights[table][source]
    return out


def reinitialise(model, rng, size=None):
    """Embedding and head from random values of the same spread."""
    size = size or model.config["vocab_size"]
    out = model.copy(vocab_size=size)
    for table in (EMBED, HEAD):
        out.weights[table] = torch.randn(size, model.weights[table].shape[1], generator=rng) * model.weights[table].std()
    return out
