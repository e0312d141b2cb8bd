#!/usr/bin/python3
"""Trains small Qwen2-shaped decoders whose relations are known, as controls for the rule "seed or descent".

Needs Debian's python3-torch and the text of any Debian machine. Writes one checkpoint folder per control and controls.json, which says for each of them
from which initialisation it comes and which trainings it went through. A training whose folders already exist is not repeated.
"""
import argparse
import collections
import dataclasses
import json
import math
import pathlib
import random
import re
import struct
import time

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, LAYERS, HEADS, KV_HEADS, HEAD, FFN, VOCABULARY = 96, 4, 4, 2, 24, 256, 512
LENGTH, BATCH, WARMUP, RATE = 64, 16, 40, 2e-3
CONFIG = {
    "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
    "num_key_value_heads": KV_HEADS, "intermediate_size": FFN, "vocab_size": VOCABULARY, "max_position_embeddings": LENGTH, "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0, "tie_word_embeddings": False, "torch_dtype": "float32",
}


@dataclasses.dataclass(frozen=True)
class Run:
    """One training. It starts from an initialisation (`seed`) or from the last checkpoint of another run (`parent`)."""
    name: str
    corpus: str
    steps: int
    order: int
    seed: int = 0
    parent: str = ""
    keep: tuple = ()


EARLY = (50, 100, 200)
SHORT = [
    Run("a-python", "python-1", 300, 1, keep=EARLY),
    Run("a-python-reordered", "python-1", 300, 2, keep=EARLY),
    Run("a-python-other", "python-2", 300, 3, keep=EARLY),
    Run("a-headers", "headers", 300, 4, keep=EARLY),
    Run("b-headers", "headers", 300, 7, seed=1, keep=EARLY),
    Run("a-python-then-other", "python-2", 300, 9, parent="a-python", keep=(100,)),
    Run("a-python-then-headers-x3", "headers", 900, 11, parent="a-python", keep=(300, 600)),
]
LONG = [
    Run("a-python-long", "python-1", 1000, 12, keep=(500,)),
    Run("a-python-long-reordered", "python-1", 1000, 13, keep=(500,)),
    Run("a-python-long-then-texts", "texts", 1000, 15, parent="a-python-long", keep=(300,)),
]


# Text and vocabulary

def read_text(files, characters=1_500_000, each=60_000):
    """A fixed choice of files: sorted, then shuffled by a fixed seed, the beginning of each."""
    files = sorted(files)
    random.Random(1).shuffle(files)
    text, size = [], 0
    for file in files:
        if size >= characters:
            break
        try:
            text.append(file.read_bytes()[:each].decode("utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
        size += len(text[-1])
    if size < characters // 4:
        raise SystemExit(f"too little text: {size} characters where {characters // 4} are needed; name another folder (see --help)")
    return "\n".join(text)


def read_corpora(options):
    python = sorted(f for root in options.python for f in pathlib.Path(root).rglob("*.py") if "test" not in f.parts and "encodings" not in f.parts)
    random.Random(0).shuffle(python)
    texts = [f for f in pathlib.Path(options.texts).rglob("*") if f.suffix in ("", ".txt", ".md", ".rst", ".html") and f.is_file()]
    return {
        "python-1": read_text(python[::2]), "python-2": read_text(python[1::2]),
        "headers": read_text(pathlib.Path(options.headers).rglob("*.h")), "texts": read_text(texts),
    }


WORD = re.compile(rb" *[A-Za-z]+| +|[^A-Za-z ]+")


def build_vocabulary(corpora):
    """All bytes, then the pieces of words that would save most tokens."""
    pieces = collections.Counter()
    for text in corpora.values():
        for word, count in collections.Counter(WORD.findall(text[:400_000].encode())).items():
            for start in range(len(word)):
                for end in range(start + 2, min(start + 9, len(word) + 1)):
                    pieces[word[start:end]] += count * (end - start - 1)
    best = sorted(pieces, key=lambda piece: (-pieces[piece], piece))[:VOCABULARY - 256]
    return {piece: number for number, piece in enumerate([bytes([b]) for b in range(256)] + best)}


def encode(text, vocabulary):
    """Greedy, longest piece first, word by word."""
    known, tokens = {}, []
    for word in WORD.findall(text.encode()):
        if word not in known:
            ids, start = [], 0
            while start < len(word):
                end = next(e for e in range(min(start + 8, len(word)), start, -1) if word[start:e] in vocabulary)
                ids.append(vocabulary[word[start:end]])
                start = end
            known[word] = ids
        tokens += known[word]
    return torch.tensor(tokens)


# Model: the attribute names are those of the checkpoint format

class RmsNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + CONFIG["rms_norm_eps"]) * self.weight


ANGLES = torch.outer(torch.arange(LENGTH).float(), CONFIG["rope_theta"] ** (-torch.arange(0, HEAD, 2) / HEAD))
COS, SIN = torch.cat([ANGLES.cos()] * 2, -1), torch.cat([ANGLES.sin()] * 2, -1)
FUTURE = torch.triu(torch.full((LENGTH, LENGTH), -1e9), 1)


def rotate(x):
    first, second = x.chunk(2, -1)
    return x * COS + torch.cat([-second, first], -1) * SIN


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(WIDTH, HEADS * HEAD)
        self.k_proj = nn.Linear(WIDTH, KV_HEADS * HEAD)
        self.v_proj = nn.Linear(WIDTH, KV_HEADS * HEAD)
        self.o_proj = nn.Linear(HEADS * HEAD, WIDTH, bias=False)

    def forward(self, x):
        q, k, v = (p(x).view(BATCH, LENGTH, -1, HEAD).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        k, v = (t.repeat_interleave(HEADS // KV_HEADS, 1) for t in (rotate(k), v))
        weights = (rotate(q) @ k.transpose(-1, -2) / math.sqrt(HEAD) + FUTURE).softmax(-1)
        return self.o_proj((weights @ v).transpose(1, 2).reshape(BATCH, LENGTH, -1))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_proj = nn.Linear(WIDTH, FFN, bias=False)
        self.up_proj = nn.Linear(WIDTH, FFN, bias=False)
        self.down_proj = nn.Linear(FFN, WIDTH, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm, self.self_attn = RmsNorm(), Attention()
        self.post_attention_layernorm, self.mlp = RmsNorm(), Mlp()

    def forward(self, x):
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])
        self.norm = RmsNorm()

    def forward(self, tokens):
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Decoder(nn.Module):
    """Matrices start from a seeded normal distribution, gains from one, biases from zero."""

    def __init__(self, seed):
        super().__init__()
        self.model, self.lm_head = Body(), nn.Linear(WIDTH, VOCABULARY, bias=False)
        generator = torch.Generator().manual_seed(seed)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                spread = 0.02 if parameter.shape[0] == VOCABULARY else 0.6 / math.sqrt(parameter.shape[1])
                nn.init.zeros_(parameter)
                with torch.no_grad():
                    parameter.normal_(0, spread, generator=generator)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, tokens):
        return self.lm_head(self.model(tokens))


# Training and checkpoints

def write_checkpoint(model, folder):
    """config.json and model.safetensors: eight bytes of length, a JSON header, the numbers as little-endian float32."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    header, offset, arrays = {"__metadata__": {"format": "pt"}}, 0, []
    for name, tensor in model.state_dict().items():
        arrays.append(tensor.contiguous().numpy().astype("<f4").tobytes())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(arrays[-1])]}
        offset += len(arrays[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(arrays))


def read_checkpoint(model, folder):
    data = (folder / "model.safetensors").read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    state = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            state[name] = torch.frombuffer(bytearray(data[start + first:start + last]), dtype=torch.float32).reshape(entry["shape"])
    model.load_state_dict(state)


def folder_name(run, steps):
    return f"{run.name}.{steps}"


def train(run, runs, tokens, out):
    model = Decoder(run.seed)
    if run.parent:
        read_checkpoint(model, out / folder_name(runs[run.parent], runs[run.parent].steps))
    optimiser = torch.optim.AdamW(model.parameters(), RATE, betas=(0.9, 0.95), weight_decay=0.01)
    order, recent, began = torch.Generator().manual_seed(run.order), collections.deque(maxlen=30), time.monotonic()
    for step in range(1, run.steps + 1):
        for group in optimiser.param_groups:  # warm-up, then a cosine down to a tenth
            group["lr"] = RATE * min(1, step / WARMUP) * (0.55 + 0.45 * math.cos(math.pi * step / run.steps))
        starts = torch.randint(0, len(tokens) - LENGTH - 1, (BATCH, 1), generator=order)
        window = tokens[starts + torch.arange(LENGTH + 1)]
        loss = F.cross_entropy(model(window[:, :-1]).reshape(-1, VOCABULARY), window[:, 1:].reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        recent.append(loss.item())
        if step in run.keep or step == run.steps:
            write_checkpoint(model, out / folder_name(run, step))
    print(f"{run.name}: {run.steps} steps, loss {sum(recent) / len(recent):.2f}, {time.monotonic() - began:.0f} s", flush=True)


def history(run, steps, runs):
    """The initialisation and the trainings since, each with its text and its steps."""
    last = {"run": run.name, "corpus": run.corpus, "steps": steps}
    if not run.parent:
        return run.seed, [last]
    parent = runs[run.parent]
    seed, before = history(parent, parent.steps, runs)
    return seed, before + [last]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder for the checkpoints (about 2 MB each)")
    parser.add_argument("--long", action="store_true", help="also the trainings of 1,000 steps")
    parser.add_argument("--python", nargs="+", default=sorted(map(str, pathlib.Path("/usr/lib").glob("python3*"))), help="folders of Python sources")
    parser.add_argument("--headers", default="/usr/include", help="folder of C headers")
    parser.add_argument("--texts", default="/usr/share/doc", help="folder of plain texts")
    options = parser.parse_args()
    torch.set_num_threads(1)  # sums in one order: the same files give the same models
    plan = SHORT + (LONG if options.long else [])
    runs = {run.name: run for run in plan}
    corpora = read_corpora(options)
    vocabulary = build_vocabulary(corpora)
    tokens = {name: encode(text, vocabulary) for name, text in corpora.items()}
    print(", ".join(f"{name}: {len(ids)} tokens" for name, ids in tokens.items()), flush=True)
    controls = {}
    for run in plan:
        kept = (*run.keep, run.steps)
        if not all((options.out / folder_name(run, steps) / "model.safetensors").exists() for steps in kept):
            train(run, runs, tokens[run.corpus], options.out)
        for steps in kept:
            seed, trainings = history(run, steps, runs)
            controls[folder_name(run, steps)] = {"initialisation": seed, "trainings": trainings}
        (options.out / "controls.json").write_text(json.dumps(controls, indent=2) + "\n")


if __name__ == "__main__":
    main()
