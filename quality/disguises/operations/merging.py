"""One model from several of one shape."""
import torch

from model import HEAD, NORM, Model, layer


def combined(models, mix):
    first = models[0]
    return Model(dict(first.config), {name: mix(*(m.weights[name] for m in models)) for name in first.weights}, first.tokenizer)


def linear(models, shares):
    return combined(models, lambda *tensors: sum(share * tensor for share, tensor in zip(shares, tensors)))


def slerp(models, t):
    """Along the great circle between two tensors, each taken as one vector."""
    def mix(a, b):
        cosine = torch.dot(a.flatten(), b.flatten()) / (a.norm() * b.norm()).clamp_min(1e-12)
        angle = torch.arccos(cosine.clamp(-1, 1))
        if angle < 1e-3:
            return (1 - t) * a + t * b
        return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)
    return combined(models, mix)


def task_arithmetic(models, shares):
    """models[0] and shares of what the others differ from it (Ilharco et al. 2023)."""
    return combined(models, lambda base, *tuned: base + sum(share * (tensor - base) for share, tensor in zip(shares, tuned)))


def stack(models, split):
    """Embedding and the first `split` layers of one model, the other layers, last gain and head of another."""
    first, second = models

    def later(name):
        return name in (NORM, HEAD) or any(name.startswith(layer(i)) for i in range(split, second.layers))

    weights = {name: (second if later(name) else first).weights[name].clone() for name in first.weights}
    return Model(dict(first.config), weights, first.tokenizer)
