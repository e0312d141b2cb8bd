"""Qwen2-shaped decoders, dense or with experts, as a config and a dictionary of tensors: operations are functions from one such pair to another."""
import dataclasses
import functools
import math

import torch
import torch.nn.functional as F

CONFIG = {
    "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": 128, "num_hidden_layers": 6, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 32, "intermediate_size": 352, "vocab_size": 2048, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
    "tie_word_embeddings": False, "torch_dtype": "bfloat16", "attention_bias": True, "max_position_embeddings": 128,
}
EMBED, HEAD, NORM = "model.embed_tokens.weight", "lm_head.weight", "model.norm.weight"


@dataclasses.dataclass
class Model:
    """`tokenizer` is a name in text.TOKENIZERS; weights are float32 under their names in the checkpoint."""
    config: dict
    weights: dict
    tokenizer: str = "a"

    @property
    def layers(self):
        return self.config["num_hidden_layers"]

    def copy(self, **changes):
        return Model({**self.config, **changes}, {name: tensor.clone() for name, tensor in self.weights.items()}, self.tokenizer)


def layer(i):
    return f"model.layers.{i}."


def ffns(config):
    """Prefixes of the feed-forward networks of one layer, behind the layer's own."""
    experts = [f"mlp.experts.{e}." for e in range(config.get("num_experts", 0))]
    return [*experts, *(["mlp.shared_expert."] if config.get("shared_expert_intermediate_size") else [])] or ["mlp."]


def start(seed, spread=0.5, **changes):
    """Matrices from a seeded normal distribution, gains from one, biases from zero."""
    config = {**CONFIG, **changes}
    generator = torch.Generator().manual_seed(seed)
    width, head, units = config["hidden_size"], config["head_dim"], config["intermediate_size"]
    queries, keys = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    weights = {}

    def matrix(name, rows, columns, deviation=None):
        weights[name] = torch.randn(rows, columns, generator=generator) * (deviation or spread / math.sqrt(columns))

    matrix(EMBED, config["vocab_size"], width, 0.05)
    for i in range(config["num_hidden_layers"]):
        at = layer(i)
        weights[at + "input_layernorm.weight"] = torch.ones(width)
        for name, rows in (("q", queries), ("k", keys), ("v", keys)):
            matrix(f"{at}self_attn.{name}_proj.weight", rows, width)
            weights[f"{at}self_attn.{name}_proj.bias"] = torch.zeros(rows)
        matrix(at + "self_attn.o_proj.weight", width, queries)
        weights[at + "post_attention_layernorm.weight"] = torch.ones(width)
        for name in ("gate", "up"):
            matrix(f"{at}mlp.{name}_proj.weight", units, width)
        matrix(at + "mlp.down_proj.weight", width, units)
    weights[NORM] = torch.ones(width)
    matrix(HEAD, config["vocab_size"], width, 0.05)
    return Model(config, weights)


def rms_norm(x, gain, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * gain


@functools.cache
def waves(positions, size, theta):
    angles = torch.outer(torch.arange(positions).float(), theta ** (-torch.arange(0, size, 2) / size))
    return torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)


@functools.cache
def future(length):
    return torch.full((length, length), -1e9).triu(1)


def turn(x, theta):
    """RoPE over the whole head, halves as pairs. x: [batch, head, position, head_dim]."""
    cos, sin = waves(*x.shape[-2:], theta)
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


def attention(config, w, at, x):
    batch, length, _ = x.shape
    q, k, v = (F.linear(x, w[f"{at}{p}_proj.weight"], w[f"{at}{p}_proj.bias"]).view(batch, length, -1, config["head_dim"]).transpose(1, 2) for p in "qkv")
    q, k = turn(q, config["rope_theta"]), turn(k, config["rope_theta"])
    k, v = (t.repeat_interleave(q.shape[1] // k.shape[1], 1) for t in (k, v))
    mixed = (q / math.sqrt(config["head_dim"]) @ k.transpose(-1, -2) + future(length)).softmax(-1) @ v
    return F.linear(mixed.transpose(1, 2).reshape(batch, length, -1), w[at + "o_proj.weight"])


def ffn(w, at, x):
    return F.linear(F.silu(F.linear(x, w[at + "gate_proj.weight"])) * F.linear(x, w[at + "up_proj.weight"]), w[at + "down_proj.weight"])


def routed(config, w, at, x):
    """Experts: the top k of a softmax, renormalised; or the best of each group of the global softmax as it is, beside an ungated shared expert (MoGE)."""
    flat = x.reshape(-1, x.shape[-1])
    scores = F.linear(flat, w[at + "gate.weight"]).softmax(-1)
    groups = config.get("num_groups", 1)
    kept, chosen = scores.view(len(flat), groups, -1).topk(config["num_experts_per_tok"] // groups, -1)
    chosen = (chosen + torch.arange(groups)[:, None] * (config["num_experts"] // groups)).flatten(1)
    kept = kept.flatten(1)
    if config["norm_topk_prob"]:
        kept = kept / kept.sum(-1, keepdim=True)
    out = ffn(w, at + "shared_expert.", flat) if config["shared_expert_intermediate_size"] else torch.zeros_like(flat)
    for expert in range(config["num_experts"]):
        rows, slots = (chosen == expert).nonzero(as_tuple=True)
        out = out.index_add(0, rows, ffn(w, f"{at}experts.{expert}.", flat[rows]) * kept[rows, slots, None])
    return out.view_as(x)


def forward(config, w, tokens):
    """Logits [batch, position, vocabulary] for token ids [batch, position]."""
    epsilon, x = config["rms_norm_eps"], F.embedding(tokens, w[EMBED])
    for i in range(config["num_hidden_layers"]):
        at = layer(i)
        x = x + attention(config, w, at + "self_attn.", rms_norm(x, w[at + "input_layernorm.weight"], epsilon))
        inner = rms_norm(x, w[at + "post_attention_layernorm.weight"], epsilon)
        x = x + (routed(config, w, at + "mlp.", inner) if "num_experts" in config else ffn(w, at + "mlp.", inner))
    return F.linear(rms_norm(x, w[NORM], epsilon), w[HEAD])
