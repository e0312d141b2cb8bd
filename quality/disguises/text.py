"""Technical prose and code of a Debian machine as corpora that share no file, and their tokens.

Sorted files, shuffled by a fixed seed, the beginning of each: the same packages give the same text.
"""
import gzip
import hashlib
import pathlib
import random
import re

import torch

import tokenizer

CHARACTERS, EACH = 5_000_000, 60_000
LENGTH, HELD_OUT = 128, 0.04
PROSE = ("man-1",)  # what the bases read; every loss is measured on its held-out part too
TOKENIZERS = {"a": (2048, ("man-1", "docs-1", "python-1")), "b": (1920, ("python-2", "perl", "headers", "docs-2"))}


def files_of(folder, suffixes, without=()):
    found = (f for root in folder for f in pathlib.Path(root).rglob("*") if f.name.removesuffix(".gz").endswith(suffixes) and f.is_file())
    return sorted(f for f in found if not any(word in str(f) for word in without))


def sources():
    """The files of each corpus; a kind of text is dealt out to its corpora file by file."""
    python = [str(f) for f in pathlib.Path("/usr/lib").glob("python3*")]
    man = [str(f) for f in pathlib.Path("/usr/share/man").glob("man[1-8]")]
    documents = files_of(["/usr/share/doc", "/usr/share/info"], (".md", ".txt", ".rst", ".html", "README", "NEWS", ".info", "FAQ"), ("hangelog", "CHANGELOG"))
    return {
        ("man-1", "man-2"): files_of(man, tuple(f".{n}{x}" for n in range(1, 9) for x in ("", "ssl", "perl", "p", "x"))),
        ("docs-1", "docs-2"): documents,
        ("python-1", "python-2"): files_of(python, (".py",), ("/test", "encodings")),
        ("headers",): files_of(["/usr/include"], (".h",)),
        ("perl",): files_of(["/usr/share/perl", "/usr/share/perl5"], (".pm", ".pl", ".pod")),
    }


def plain(file):
    """What a reader sees of a file: no compression, no tags, no troff requests; None where it is not text."""
    try:
        data = file.read_bytes()
        text = (gzip.decompress(data) if file.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError, gzip.BadGzipFile):
        return None
    if "/man/" in str(file):
        text = re.sub(r"(?m)^['.][ \t]*([a-z]{2}\b|\\\").*\n|^[.'][A-Za-z]{1,2} ?", "", text)  # requests and comments; then macros without their text
        text = re.sub(r"\\f[BIRP]|\\f\([A-Z]{2}|\\f\[\w+\]|\\&|\\s[-+]?\d", "", text).replace("\\-", "-").replace("\\(aq", "'")
    if ".html" in file.name:
        text = re.sub(r"\n\s+", "\n", re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", "", text))
    return text[:EACH] if len(text) > 400 else None


def read_corpora():
    """Corpus name to text. A text that stands on the machine twice is read once."""
    seen, corpora = set(), {}
    for names, files in sources().items():
        random.Random(0).shuffle(files)
        pieces, sizes = {name: [] for name in names}, dict.fromkeys(names, 0)
        for file in files:
            name = min(names, key=lambda n: sizes[n])
            if sizes[name] >= CHARACTERS:
                break
            text = plain(file)
            digest = hashlib.sha256(text[:2000].encode()).digest() if text else None
            if text and digest not in seen:
                seen.add(digest)
                pieces[name].append(text)
                sizes[name] += len(text)
        for name in names:
            if sizes[name] < CHARACTERS // 5:
                raise SystemExit(f"too little text for {name}: {sizes[name]} characters where {CHARACTERS // 5} are needed")
            corpora[name] = "\n".join(pieces[name])
    return corpora


class Text:
    """Tokens of every corpus by either tokenizer, kept in a folder from run to run."""

    def __init__(self, folder):
        self.folder, self.corpora, self.tokens, self.tokenizers = folder, None, {}, {}
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, corpus):
        self.corpora = self.corpora or read_corpora()
        return self.corpora[corpus]

    def tokenizer(self, name):
        if name not in self.tokenizers:
            file = self.folder / f"tokenizer-{name}.json"
            if not file.exists():
                size, corpora = TOKENIZERS[name]
                tokenizer.write(tokenizer.learn([self.read(corpus)[:1_500_000] for corpus in corpora], size), file)
            self.tokenizers[name] = tokenizer.Tokenizer(file)
        return self.tokenizers[name]

    def ids(self, name, corpus):
        if (name, corpus) not in self.tokens:
            file = self.folder / f"{corpus}-{name}.pt"
            if not file.exists():
                torch.save(torch.tensor(self.tokenizer(name).encode(self.read(corpus)), dtype=torch.int16), file)
            self.tokens[name, corpus] = torch.load(file).long()
        return self.tokens[name, corpus]

    def batch(self, name, corpora, size, generator):
        """`size` windows of LENGTH + 1 tokens, each from one of the corpora at random."""
        windows = []
        for choice in torch.randint(len(corpora), (size,), generator=generator).tolist():
            ids = self.ids(name, corpora[choice])
            start = torch.randint(int(len(ids) * (1 - HELD_OUT)) - LENGTH - 1, (1,), generator=generator).item()
            windows.append(ids[start:start + LENGTH + 1])
        return torch.stack(windows)

    def held_out(self, name, corpora, size=32):
        """The same windows at every call, from the part that no training reads."""
        windows = []
        for corpus in corpora:
            ids = self.ids(name, corpus)
            ids = ids[int(len(ids) * (1 - HELD_OUT)):]
            starts = torch.linspace(0, len(ids) - LENGTH - 1, size // len(corpora)).long().tolist()
            windows += [ids[start:start + LENGTH + 1] for start in starts]
        return torch.stack(windows)
