"""Changes of basis and scale: the outputs stay the same up to rounding."""
import torch

from model import EMBED, HEAD, NORM, ffns, layer


def readers(config, i):
    """(gain, matrices that read what it scales) of layer i."""
    at = layer(i)
    router = [at + "mlp.gate.weight"] if "num_experts" in config else []
    return [
        (at + "input_layernorm.weight", [f"{at}self_attn.{p}_proj.weight" for p in "qkv"]),
        (at + "post_attention_layernorm.weight", [*router, *(f"{at}{f}{p}_proj.weight" for f in ffns(config) for p in ("gate", "up"))]),
    ]


def all_readers(config):
    return [pair for i in range(config["num_hidden_layers"]) for pair in readers(config, i)] + [(NORM, [HEAD])]


def writers(config):
    """Matrices that write to the residual stream."""
    return [layer(i) + name for i in range(config["num_hidden_layers"]) for name in ("self_attn.o_proj.weight", *(f + "down_proj.weight" for f in ffns(config)))]


def fold_gains(model):
    """Gains into the matrices behind them."""
    out = model.copy()
    for gain, matrices in all_readers(model.config):
        for name in matrices:
            out.weights[name] = out.weights[name] * out.weights[gain]
        out.weights[gain] = torch.ones_like(out.weights[gain])
    return out


def turned(model, basis):
    """The residual stream x as x @ basis; needs unit gains unless the basis is a signed permutation."""
    out = model.copy()
    for name in [EMBED, *(name for _, matrices in all_readers(model.config) for name in matrices)]:
        out.weights[name] = out.weights[name] @ basis
    for name in writers(model.config):
        out.weights[name] = basis.T @ out.weights[name]
    return out


def orthogonal(size, rng):
    """Uniformly distributed (Haar): QR with the signs of R's diagonal divided out."""
    q, r = torch.linalg.qr(torch.randn(size, size, generator=rng, dtype=torch.float64))
    return (q * r.diagonal().sign()).float()


def rotate_residual(model, rng):
    return turned(fold_gains(model), orthogonal(model.config["hidden_size"], rng))


def permute_residual(model, rng, signs=True):
    size = model.config["hidden_size"]
    order = torch.randperm(size, generator=rng)
    flips = torch.randint(2, (size,), generator=rng) * 2.0 - 1 if signs else torch.ones(size)
    out = turned(model, torch.eye(size)[:, order] * flips)
    for gain, _ in all_readers(model.config):
        out.weights[gain] = out.weights[gain][order]
    return out


def permute_units(model, rng):
    """The hidden units of each FFN, each expert by itself."""
    out = model.copy()
    for i in range(model.layers):
        for at in (layer(i) + f for f in ffns(model.config)):
            order = torch.randperm(len(out.weights[at + "gate_proj.weight"]), generator=rng)
            for name in ("gate", "up"):
                out.weights[f"{at}{name}_proj.weight"] = out.weights[f"{at}{name}_proj.weight"][order]
            out.weights[at + "down_proj.weight"] = out.weights[at + "down_proj.weight"][:, order]
    return out


def permute_heads(model, rng):
    """KV groups, and the query heads inside each."""
    config, out = model.config, model.copy()
    head, groups = config["head_dim"], config["num_key_value_heads"]
    per_group = config["num_attention_heads"] // groups

    def rows(heads):
        return (heads[:, None] * head + torch.arange(head)).flatten()

    for i in range(model.layers):
        at = layer(i) + "self_attn."
        group_order = torch.randperm(groups, generator=rng)
        queries = rows(torch.cat([g * per_group + torch.randperm(per_group, generator=rng) for g in group_order]))
        for name, order in (("q", queries), ("k", rows(group_order)), ("v", rows(group_order))):
            for part in ("weight", "bias"):
                out.weights[f"{at}{name}_proj.{part}"] = out.weights[f"{at}{name}_proj.{part}"][order]
        out.weights[at + "o_proj.weight"] = out.weights[at + "o_proj.weight"][:, queries]
    return out


def turn_heads(model, rng):
    """Inside each KV group: values in another orthogonal basis, queries and keys turned and scaled inside each pair of RoPE, which commutes with that."""
    config, out = model.config, model.copy()
    head, groups, half = config["head_dim"], config["num_key_value_heads"], config["head_dim"] // 2
    per_group = config["num_attention_heads"] // groups
    for i in range(model.layers):
        at = layer(i) + "self_attn."
        bases = [orthogonal(head, rng) for _ in range(groups)]
        values = torch.block_diag(*bases)
        mixed = torch.block_diag(*(basis for basis in bases for _ in range(per_group)))
        angles, scales = torch.rand(groups, half, generator=rng) * 6.2832, torch.exp(0.3 * torch.randn(groups, half, generator=rng))
        turns = [torch.cat([torch.cat([a.cos().diag(), -a.sin().diag()], 1), torch.cat([a.sin().diag(), a.cos().diag()], 1)]) for a in angles]
        keys = torch.block_diag(*(turn / torch.cat([s, s])[:, None] for turn, s in zip(turns, scales)))
        queries = torch.block_diag(*(turn * torch.cat([s, s])[:, None] for turn, s in zip(turns, scales) for _ in range(per_group)))
        for name, basis in (("q", queries), ("k", keys), ("v", values)):
            for part in ("weight", "bias"):
                out.weights[f"{at}{name}_proj.{part}"] = basis @ out.weights[f"{at}{name}_proj.{part}"]
        out.weights[at + "o_proj.weight"] = out.weights[at + "o_proj.weight"] @ mixed.T
    return out


def permute_experts(model, rng):
    """Experts of a layer; with groups, the groups and the experts inside each."""
    config, out = model.config, model.copy()
    if "num_experts" not in config:
        return out
    groups = config.get("num_groups", 1)
    size = config["num_experts"] // groups
    for i in range(model.layers):
        at = layer(i) + "mlp."
        order = torch.cat([g * size + torch.randperm(size, generator=rng) for g in torch.randperm(groups, generator=rng)])
        out.weights[at + "gate.weight"] = out.weights[at + "gate.weight"][order]
        for new, old in enumerate(order.tolist()):
            for name in ("gate", "up", "down"):
                out.weights[f"{at}experts.{new}.{name}_proj.weight"] = model.weights[f"{at}experts.{old}.{name}_proj.weight"].clone()
    return out


def rescale(model, rng):
    """Gains against the matrices behind them, up (signs too) against down, values against outputs."""
    config, out = model.config, model.copy()
    head, groups = config["head_dim"], config["num_key_value_heads"]

    def factors(size):
        return torch.exp(0.5 * torch.randn(size, generator=rng))

    for gain, matrices in all_readers(config):
        scale = factors(config["hidden_size"])
        out.weights[gain] = out.weights[gain] * scale
        for name in matrices:
            out.weights[name] = out.weights[name] / scale
    for i in range(model.layers):
        for at in (layer(i) + f for f in ffns(config)):
            units = len(out.weights[at + "up_proj.weight"])
            scale = factors(units) * (torch.randint(2, (units,), generator=rng) * 2.0 - 1)
            out.weights[at + "up_proj.weight"] = out.weights[at + "up_proj.weight"] * scale[:, None]
            out.weights[at + "down_proj.weight"] = out.weights[at + "down_proj.weight"] / scale
        at, scale = layer(i) + "self_attn.", factors(groups * head)
        out.weights[at + "v_proj.weight"] = out.weights[at + "v_proj.weight"] * scale[:, None]
        out.weights[at + "v_proj.bias"] = out.weights[at + "v_proj.bias"] * scale
        repeated = scale.view(groups, head).repeat_interleave(config["num_attention_heads"] // groups, 0).flatten()
        out.weights[at + "o_proj.weight"] = out.weights[at + "o_proj.weight"] / repeated
    return out
