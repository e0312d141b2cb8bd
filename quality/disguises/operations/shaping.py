"""Other numbers of layers, units and residual dimensions."""
import torch

from model import EMBED, HEAD, NORM, Model, layer
from operations.symmetries import all_readers, fold_gains, writers


def with_layers(model, order):
    """Layer order[i] of the model becomes layer i: repeated numbers duplicate, missing ones drop."""
    outside = {name: tensor.clone() for name, tensor in model.weights.items() if ".layers." not in name}
    weights = {EMBED: outside[EMBED]}
    for new, old in enumerate(order):
        for name, tensor in model.weights.items():
            if name.startswith(layer(old)):
                weights[layer(new) + name.removeprefix(layer(old))] = tensor.clone()
    return Model({**model.config, "num_hidden_layers": len(order)}, {**weights, NORM: outside[NORM], HEAD: outside[HEAD]}, model.tokenizer)


def widen_ffn(model, units, rng):
    """Half of the new units are copies that share the old one's output unevenly (Net2Wider), half are random and write nothing yet; all stand in random order."""
    out, old = model.copy(intermediate_size=units), model.config["intermediate_size"]
    copies = (units - old) // 2
    for i in range(model.layers):
        at = layer(i) + "mlp."
        gate, up, down = (model.weights[f"{at}{name}_proj.weight"] for name in ("gate", "up", "down"))
        chosen, share = torch.randperm(old, generator=rng)[:copies], 0.3 + 0.4 * torch.rand(copies, generator=rng)
        kept = down.clone()
        kept[:, chosen] *= 1 - share
        order = torch.randperm(units, generator=rng)

        def grown(matrix):
            fresh = torch.randn(units - old - copies, matrix.shape[1], generator=rng) * matrix.std()
            return torch.cat([matrix, matrix[chosen], fresh])[order]

        out.weights[at + "gate_proj.weight"], out.weights[at + "up_proj.weight"] = grown(gate), grown(up)
        out.weights[at + "down_proj.weight"] = torch.cat([kept, down[:, chosen] * share, torch.zeros(len(down), units - old - copies)], 1)[:, order]
    return out


def unit_importance(model, i):
    gate, up, down = (model.weights[f"{layer(i)}mlp.{name}_proj.weight"] for name in ("gate", "up", "down"))
    return gate.norm(dim=1) * up.norm(dim=1) * down.norm(dim=0)


def narrow_ffn(model, units):
    """The units of the largest product of norms, in their order."""
    out = model.copy(intermediate_size=units)
    for i in range(model.layers):
        kept, at = unit_importance(model, i).topk(units).indices.sort().values, layer(i) + "mlp."
        for name in ("gate", "up"):
            out.weights[f"{at}{name}_proj.weight"] = model.weights[f"{at}{name}_proj.weight"][kept]
        out.weights[at + "down_proj.weight"] = model.weights[at + "down_proj.weight"][:, kept]
    return out


def narrow_residual(model, width):
    """The residual dimensions that hold most, by what is read from them and written to them; the others go, in all matrices."""
    folded, out = fold_gains(model), model.copy(hidden_size=width)
    reading = [EMBED, *(name for _, matrices in all_readers(model.config) for name in matrices)]
    importance = sum(folded.weights[name].pow(2).sum(0) for name in reading) + sum(folded.weights[name].pow(2).sum(1) for name in writers(model.config))
    kept = importance.topk(width).indices.sort().values
    for name in reading:
        out.weights[name] = model.weights[name][:, kept]
    for name in [*writers(model.config), *(gain for gain, _ in all_readers(model.config))]:
        out.weights[name] = model.weights[name][kept]
    return out
