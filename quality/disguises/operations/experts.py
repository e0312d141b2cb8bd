"""A dense FFN into experts, and back."""
import torch

from model import Model, layer
from operations.shaping import unit_importance


def replaced(model, changes, ffn_of):
    """The model with each layer's FFN replaced by ffn_of(i): names behind the layer's prefix to tensors."""
    weights = {}
    for name, tensor in model.weights.items():
        if ".mlp." not in name:
            weights[name] = tensor.clone()
        if name.endswith("post_attention_layernorm.weight"):
            at = name.removesuffix("post_attention_layernorm.weight")
            weights.update({at + inner: part.clone() for inner, part in ffn_of(int(at.split(".")[2])).items()})
    return Model({**model.config, **changes}, weights, model.tokenizer)


def triple(prefix, gate, up, down):
    return {prefix + "gate_proj.weight": gate, prefix + "up_proj.weight": up, prefix + "down_proj.weight": down}


def parts(model, i, prefix="mlp."):
    return [model.weights[f"{layer(i)}{prefix}{name}_proj.weight"] for name in ("gate", "up", "down")]


def upcycle_moe(model, rng, experts=8, top=2):
    """Sparse upcycling (Komatsuzaki et al. 2023): every expert is the whole FFN, the router is random; the kept weights sum to one, so nothing changes."""
    changes = {
        "architectures": ["Qwen2MoeForCausalLM"], "model_type": "qwen2_moe", "num_experts": experts, "num_experts_per_tok": top,
        "moe_intermediate_size": model.config["intermediate_size"], "shared_expert_intermediate_size": 0, "norm_topk_prob": True,
    }

    def ffn_of(i):
        ffn = {"mlp.gate.weight": 0.05 * torch.randn(experts, model.config["hidden_size"], generator=rng)}
        for e in range(experts):
            ffn.update(triple(f"mlp.experts.{e}.", *parts(model, i)))
        return ffn

    return replaced(model, changes, ffn_of)


def upcycle_moge(model, rng, renewed=0.25):
    """Mixture of grouped experts (arXiv 2505.21411): each of four groups holds a random quarter of the units twice, as two experts that compete.

    The most important quarter stands in the shared expert as well, half its output here, half there. In every second expert a share of the units
    starts from random values. Routed outputs are scaled by the number of experts, since the weights are not renormalised.
    """
    experts, groups = 8, 4
    units = model.config["intermediate_size"] // groups
    changes = {
        "architectures": ["PanguProMoEForCausalLM"], "model_type": "PanguProMoE", "num_experts": experts, "num_experts_per_tok": groups,
        "moe_intermediate_size": units, "shared_expert_intermediate_size": units, "num_groups": groups, "norm_topk_prob": False,
    }

    def ffn_of(i):
        gate, up, down = parts(model, i)
        shared = unit_importance(model, i).topk(units).indices
        down = down.clone()
        down[:, shared] /= 2
        ffn = {"mlp.gate.weight": 0.02 * torch.randn(experts, model.config["hidden_size"], generator=rng)}
        order = torch.randperm(units * groups, generator=rng)
        for e in range(experts):
            own = order[e // 2 * units:(e // 2 + 1) * units]
            mine = [gate[own], up[own], down[:, own] * experts]
            if e % 2:
                new = torch.randperm(units, generator=rng)[:int(renewed * units)]
                for matrix, rows in zip(mine, (new, new, (slice(None), new))):
                    matrix[rows] = torch.randn(matrix[rows].shape, generator=rng) * matrix.std()
            ffn.update(triple(f"mlp.experts.{e}.", *mine))
        ffn.update(triple("mlp.shared_expert.", gate[shared], up[shared], down[:, shared]))
        return ffn

    return replaced(model, changes, ffn_of)


def collapse(model):
    """One dense FFN, the mean of all experts of a mixture that has no shared one."""
    experts = model.config["num_experts"]
    changes = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "intermediate_size": model.config["moe_intermediate_size"]}

    def ffn_of(i):
        return triple("mlp.", *(sum(matrices) / experts for matrices in zip(*(parts(model, i, f"mlp.experts.{e}.") for e in range(experts)))))

    out = replaced(model, changes, ffn_of)
    for key in ("num_experts", "num_experts_per_tok", "moe_intermediate_size", "shared_expert_intermediate_size", "norm_topk_prob"):
        del out.config[key]
    return out
