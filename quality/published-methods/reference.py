#!/usr/bin/env python3
"""The published methods once more, in numpy and scipy, on models that a formula draws: prints the numbers that stand in the tests of Comparing/Published."""
import numpy as np
from scipy import special, stats
from scipy.optimize import linear_sum_assignment

MASK = (1 << 64) - 1
HIDDEN, HEADS, KV_HEADS, HEAD_DIM, FFN, VOCABULARY = 32, 4, 2, 8, 48, 64


def mix(seed, position):
    z = (seed + (position + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def seed_of(name):
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = ((h ^ b) * 0x100000001B3) & MASK
    return mix(h, 0)


def draw(name, seed, *shape):
    start = (seed_of(name) + seed) & MASK
    numbers = [mix(start, i) >> 40 for i in range(int(np.prod(shape)))]
    return (np.array(numbers, np.float32) / np.float32(8388608) - np.float32(1)).reshape(shape)


def model(seed, layers, noise_seed=None, noise=0.03125, shifted=False):
    def tensor(name, *shape, gain=False):
        values = draw(name, seed, *shape) * np.float32(0.125 if gain else 0.0625)
        if noise_seed is not None:
            values = values + draw(name, noise_seed, *shape) * np.float32(noise)
        if gain:
            values = values + np.float32(1)
        return values.astype(np.float64)

    result = {"layers": layers, "embed": tensor("embed", VOCABULARY, HIDDEN)}
    result["tokens"] = {}
    for i in range(VOCABULARY):
        name = f"u{i}" if shifted and i % 8 == 0 else f"t{i}"
        result["tokens"][name] = (5 * i + 3) % VOCABULARY if shifted else i
    for l in range(layers):
        result["norm_attn", l] = tensor(f"norm_attn.{l}", HIDDEN, gain=True)
        result["norm_ffn", l] = tensor(f"norm_ffn.{l}", HIDDEN, gain=True)
        result["q", l] = tensor(f"q.{l}", HEADS * HEAD_DIM, HIDDEN)
        result["k", l] = tensor(f"k.{l}", KV_HEADS * HEAD_DIM, HIDDEN)
        result["v", l] = tensor(f"v.{l}", KV_HEADS * HEAD_DIM, HIDDEN)
        result["o", l] = tensor(f"o.{l}", HIDDEN, HEADS * HEAD_DIM)
        result["gate", l] = tensor(f"gate.{l}", FFN, HIDDEN)
        result["up", l] = tensor(f"up.{l}", FFN, HIDDEN)
        result["down", l] = tensor(f"down.{l}", HIDDEN, FFN)
    return result


def shared(a, b):
    names = sorted(set(a["tokens"]) & set(b["tokens"]))
    return a["embed"][[a["tokens"][n] for n in names]], b["embed"][[b["tokens"][n] for n in names]]


def repeat(w):
    """Key heads repeated for their query heads."""
    return np.repeat(w.reshape(KV_HEADS, HEAD_DIM, -1), HEADS // KV_HEADS, axis=0).reshape(HEADS * HEAD_DIM, -1)


def honestagi(a, b):
    rs = []
    for role in "qkvo":
        x, y = (np.array([m[role, l].std() for l in range(m["layers"])]) for m in (a, b))
        x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
        n = max(len(x), len(y))
        x, y = (np.interp(np.linspace(0, len(c) - 1, n), np.arange(len(c)), c) for c in (x, y))
        rs.append(np.corrcoef(x, y)[0, 1])
    return np.mean(rs)


def gain_cosine(a, b):
    pairs = [(a[r, l], b[r, l]) for r in ("norm_attn", "norm_ffn") for l in range(min(a["layers"], b["layers"]))]
    return np.mean([x @ y / np.linalg.norm(x) / np.linalg.norm(y) for x, y in pairs])


def csw(a, b):
    logs = []
    for l in range(min(a["layers"], b["layers"])):
        x, y = a["up", l], b["up", l]
        c = (x / np.linalg.norm(x, axis=1, keepdims=True)) @ (y / np.linalg.norm(y, axis=1, keepdims=True)).T
        _, pi = linear_sum_assignment(c, maximize=True)
        h = len(pi)
        r = 1 - 6 * ((pi - np.arange(h)) ** 2).sum() / (h * (h * h - 1))
        floor = -np.log(np.arange(1, h + 1)).sum()
        logs.append(floor if r == 1 else max(floor, stats.t.logsf(r * np.sqrt((h - 2) / (1 - r * r)), h - 2)))
    return -stats.chi2.logsf(-2 * sum(logs), 2 * len(logs)) / np.log(10)


def centre(k):
    k = k.copy()
    n = len(k)
    np.fill_diagonal(k, 0)
    m = k.sum(0) / (n - 2)
    m -= m.sum() / (2 * (n - 1))
    k -= m[:, None] + m[None, :]
    np.fill_diagonal(k, 0)
    return k


def ucka(x, y):
    k, l = centre(x @ x.T), centre(y @ y.T)
    return (k * l).sum() / np.sqrt((k * k).sum() * (l * l).sum())


def awm(a, b):
    x, y = shared(a, b)
    s = (x / np.linalg.norm(x, axis=0)).T @ (y / np.linalg.norm(y, axis=0))
    rows, columns = linear_sum_assignment(1 - np.abs(s))
    index = rows[np.argsort(columns)]
    sign = np.sign(s[index, np.arange(len(index))])
    table = {r: np.array([[ucka((a[r, i][:, index] * sign).T, b[r, j].T) for j in range(b["layers"])] for i in range(a["layers"])]) for r in "qk"}
    i, j = (np.arange(a["layers"]),) * 2 if a["layers"] == b["layers"] else linear_sum_assignment((table["q"] + table["k"]) / 2, maximize=True)
    return (table["q"][i, j].mean() + table["k"][i, j].mean()) / 2


def huref(a, b):
    x, y = shared(a, b)
    vectors = []
    for m, e in ((a, x), (b, y)):
        parts = []
        for back in (1, 2):
            l = m["layers"] - back
            for inner in (m["q", l].T @ repeat(m["k", l]), repeat(m["v", l]).T @ m["o", l].T, (m["gate", l].T * m["up", l].T) @ m["down", l].T):
                full = e @ inner @ e.T
                parts.append(((full - full.mean()) / full.std()).ravel())
        vectors.append(np.concatenate(parts))
    return vectors[0] @ vectors[1] / np.linalg.norm(vectors[0]) / np.linalg.norm(vectors[1])


def mdir(a, b):
    x, y = shared(a, b)
    p, _, q = np.linalg.svd(x.T @ y)
    u = np.abs(p @ q)
    i, j = linear_sum_assignment(u, maximize=True)
    n = len(u)
    t = min(u[i, j].sum() / n, 1 - 1e-6)
    rate = t * t / 2 if t <= 0.5 else 1 / 8 - np.log(2 * (1 - t)) / 4
    return t, -min(0, np.log(np.arange(1, n + 1)).sum() + n * np.log(2) - n * n * rate) / np.log(10)


def ghostspec(a, b):
    def spectra(m):
        return [(np.linalg.svd(m["q", l].T @ repeat(m["k", l]), compute_uv=False), np.linalg.svd(repeat(m["v", l]).T @ m["o", l].T, compute_uv=False)) for l in range(m["layers"])]

    def rank(s):
        p = s / s.sum()
        p = p[p > 0]
        return int(np.ceil(np.exp(-(p * np.log(p)).sum()) - 1e-9))

    def distance(s, t):
        n = min(rank(s), rank(t))
        s, t = ((c[:n] - c[n - 1]) / (c[0] - c[n - 1]) for c in (s, t))
        return ((s - t) ** 2).mean()

    few, many = sorted((spectra(a), spectra(b)), key=len)
    d = np.array([[(distance(s[0], t[0]) + distance(s[1], t[1])) / 2 for t in many] for s in few])
    total = d.copy()
    total[1:] = np.inf
    for i in range(1, len(few)):
        for j in range(i, len(many)):
            total[i, j] = d[i, j] + total[i - 1, :j].min()
    return 1 - total[-1].min() / len(few)


def main():
    base = model(1, 4)
    others = {"child": model(1, 4, noise_seed=2), "distant": model(1, 4, noise_seed=2, noise=0.1875), "stranger": model(3, 5, shifted=True)}
    for name, other in others.items():
        print(name)
        for method in (honestagi, gain_cosine, csw, awm, huref):
            print(f"  {method.__name__} {method(base, other):.8f}")
        trace, score = mdir(base, other)
        print(f"  mdir {score:.6f} trace {trace:.8f}")
        print(f"  ghostspec {ghostspec(base, other):.8f}")
    print("log of the upper tail of t")
    for r, v in ((0.3, 350), (0.9, 350), (-0.4, 20), (0.001, 46), (0.9, 3)):
        print(f"  r {r} v {v}: {stats.t.logsf(r * np.sqrt(v / (1 - r * r)), v):.10f}")
    # Below the smallest double scipy gives -inf; for large t the tail is x^(v/2) / (v B(v/2, 1/2)) (1 + x v / (2 (v + 2)) + ...), x = 1 - r^2.
    for gap, v in ((1e-6, 350), (2e-3, 4000)):
        x, a = gap * (2 - gap), v / 2
        term, total = 1.0, 1.0 / a
        for n in range(1, 200):
            term *= (n - 0.5) * x / n
            total += term / (a + n)
        print(f"  1 - r {gap} v {v}: {a * np.log(x) + np.log(total) - special.betaln(a, 0.5) - np.log(2):.10f}")


if __name__ == "__main__":
    main()
