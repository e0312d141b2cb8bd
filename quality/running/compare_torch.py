"""Decoding and prompts of one model in Stemma and in PyTorch, in turn, in one run.

usage: compare_torch.py MODEL BENCHMARKS.dll [ROUNDS]
MODEL is a folder with Llama's names in bf16; the second argument is the built tests/Stemma.Benchmarks.
"""
import json, statistics, struct, subprocess, sys, time
import numpy as np
import torch
import torch.nn.functional as F

PROMPT, TOKENS, BEFORE = 512, 12, 16


def tensors(folder):
    path = folder + "/model.safetensors"
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
    for name, info in header.items():
        if name == "__metadata__":
            continue
        begin, end = info["data_offsets"]
        wide = np.frombuffer(data[begin:end], dtype=np.uint16).astype(np.uint32) << 16
        yield name, torch.from_numpy(wide.view(np.float32).reshape(info["shape"]))


class Llama:
    def __init__(self, folder, dtype):
        self.c = json.load(open(folder + "/config.json"))
        self.w = {name: t.to(dtype) for name, t in tensors(folder)}
        self.dtype = dtype
        half = self.c["head_dim"] // 2
        self.speeds = self.c["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)

    def norm(self, x, name):
        y = x.float()
        return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.c["rms_norm_eps"])).to(self.dtype) * self.w[name + ".weight"]

    def turn(self, x, at):
        angle = at[:, None].double() * self.speeds
        cos, sin = angle.cos().to(x.dtype)[:, None], angle.sin().to(x.dtype)[:, None]
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def forward(self, ids, cache):
        heads, groups, dim = self.c["num_attention_heads"], self.c["num_key_value_heads"], self.c["head_dim"]
        x = self.w["model.embed_tokens.weight"][ids]
        start = cache[0][0].shape[0] if cache else 0
        at = torch.arange(start, start + len(ids))
        mask = torch.full((len(ids), start + len(ids)), float("-inf")).triu(start + 1)
        for layer in range(self.c["num_hidden_layers"]):
            p = f"model.layers.{layer}."
            y = self.norm(x, p + "input_layernorm")
            q, k, v = (F.linear(y, self.w[p + f"self_attn.{n}_proj.weight"]).view(len(ids), -1, dim) for n in "qkv")
            q, k = self.turn(q, at), self.turn(k, at)
            if layer < len(cache):
                k, v = torch.cat([cache[layer][0], k]), torch.cat([cache[layer][1], v])
                cache[layer] = (k, v)
            else:
                cache.append((k, v))
            k, v = (t.repeat_interleave(heads // groups, 1).transpose(0, 1) for t in (k, v))
            shares = torch.softmax((q.transpose(0, 1) @ k.transpose(1, 2)).float() * dim ** -0.5 + mask, -1).to(self.dtype)
            x = x + F.linear((shares @ v).transpose(0, 1).reshape(len(ids), -1), self.w[p + "self_attn.o_proj.weight"])
            y = self.norm(x, p + "post_attention_layernorm")
            y = F.silu(F.linear(y, self.w[p + "mlp.gate_proj.weight"])) * F.linear(y, self.w[p + "mlp.up_proj.weight"])
            x = x + F.linear(y, self.w[p + "mlp.down_proj.weight"])
        head = self.w.get("lm_head.weight", self.w["model.embed_tokens.weight"])
        return F.linear(self.norm(x[-1:], "model.norm"), head)

    def measure(self):
        with torch.no_grad():
            cache = []
            self.forward(torch.arange(10, 10 + BEFORE), cache)
            self.forward(torch.tensor([7]), cache)
            begin = time.perf_counter()
            for i in range(TOKENS):
                self.forward(torch.tensor([20 + i]), cache)
            decode = TOKENS / (time.perf_counter() - begin)
            begin = time.perf_counter()
            self.forward(torch.arange(10, 10 + PROMPT), [])
            return {"decode_tokens_s": decode, "prefill_tokens_s": PROMPT / (time.perf_counter() - begin)}


def main():
    folder, dll, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 3
    torch.set_num_threads(2)
    rows = {}
    for dtype in (torch.float32, torch.bfloat16):
        model = Llama(folder, dtype)
        for _ in range(rounds):
            if dtype is torch.float32:
                command = ["dotnet", dll, "run", folder, "--prompt", str(PROMPT), "--tokens", str(TOKENS), "--rounds", "1"]
                rows.setdefault("stemma bf16", []).append(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))
            rows.setdefault(f"torch {str(dtype)[6:]}", []).append(model.measure())
        del model
    for name, results in rows.items():
        for key in results[0]:
            values = sorted(r[key] for r in results)
            print(f"{name:16} {key:22} median {statistics.median(values):8.3f}   {values[0]:8.3f} to {values[-1]:8.3f}")


main()
