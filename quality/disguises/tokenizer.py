"""A small byte-level BPE (Sennrich et al. 2016; GPT-2's alphabet and pre-tokenisation), learned and applied without further packages."""
import collections
import heapq
import json
import re

WORD = re.compile(r"'(?:[sdmt]|ll|ve|re)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def alphabet():
    """Byte to printable character, as openai/gpt-2 encoder.py maps them."""
    itself = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in itself]
    return {**{b: chr(b) for b in itself}, **{b: chr(0x100 + i) for i, b in enumerate(others)}}


LETTERS = alphabet()
BYTES = {letter: b for b, letter in LETTERS.items()}


def spell(word):
    return tuple(LETTERS[b] for b in word.encode())


def merged(word, pair):
    out, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def learn(texts, size):
    """The merges that a vocabulary of `size` tokens needs, the most frequent pair first; equal counts in alphabetical order."""
    counts = collections.Counter()
    for text in texts:
        counts.update(WORD.findall(text))
    words = [[spell(word), count] for word, count in counts.items() if count > 1]
    pairs, places = collections.Counter(), collections.defaultdict(set)
    for index, (word, count) in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += count
            places[pair].add(index)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges, known = [], set(LETTERS.values())
    while len(known) < size:
        count, pair = heapq.heappop(heap)
        if -count != pairs[pair]:  # changed since it was pushed
            continue
        merges.append(pair)
        known.add(pair[0] + pair[1])
        changed = set()
        for index in places.pop(pair):
            word, times = words[index]
            for old in zip(word, word[1:]):
                pairs[old] -= times
                changed.add(old)
            words[index][0] = word = merged(word, pair)
            for new in zip(word, word[1:]):
                pairs[new] += times
                places[new].add(index)
                changed.add(new)
        for other in changed:
            if pairs[other] > 0:
                heapq.heappush(heap, (-pairs[other], other))
    return merges


def write(merges, file):
    """tokenizer.json of the tokenizers library."""
    vocabulary = dict.fromkeys([*LETTERS.values(), *("".join(pair) for pair in merges)])
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    model = {"type": "BPE", "vocab": {token: number for number, token in enumerate(vocabulary)}, "merges": [" ".join(pair) for pair in merges]}
    content = {"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": byte_level, "decoder": byte_level, "model": model}
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


class Tokenizer:
    def __init__(self, file):
        model = json.loads(file.read_text())["model"]
        self.file, self.vocabulary = file, model["vocab"]
        self.ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(model["merges"])}

    def pieces(self):
        """The bytes of each token, by id."""
        return [bytes(BYTES[letter] for letter in token) for token in sorted(self.vocabulary, key=self.vocabulary.get)]

    def encode(self, text):
        known, ids = {}, []
        for word in WORD.findall(text):
            if word not in known:
                spelled = spell(word)
                while len(spelled) > 1:
                    best = min(zip(spelled, spelled[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
                    if best not in self.ranks:
                        break
                    spelled = merged(spelled, best)
                known[word] = [self.vocabulary[piece] for piece in spelled]
            ids += known[word]
        return ids
