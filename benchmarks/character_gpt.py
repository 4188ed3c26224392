"""A small transformer that learns to write like Shakespeare, one character at a time.

    OPENBLAS_NUM_THREADS=2 .venv/bin/python benchmarks/character_gpt.py

The recipe is that of nanoGPT's README for a CPU (A. Karpathy 2022): 4 blocks of 4 heads
and 128 features, 64 characters of context, 12 stretches a step, 2,000 steps, and no
dropout. There, the loss on the last tenth of the text ends at 1.88, by an estimate from
20 batches; here it is that of all of it. Prints how training goes on, then a sample,
and writes the losses to results/character_gpt.json with machine and versions.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import reference_impl as ri
from reference_impl import data, nn, optim, train
from reference_impl.nn import initialisers
from workbench.machine import record

RESULTS = Path(__file__).parent / "results" / "character_gpt.json"
PUBLISHED = 1.88
ESTIMATED = 20 * 12  # stretches of text, by which the published loss is estimated
BLOCKS, HEADS, D, T, N, STEPS = 4, 4, 128, 64, 12, 2000
EVALUATE_EVERY = 250
LR, LEAST_LR, WARMUP_STEPS = 1e-3, 1e-4, 100


@dataclass(frozen=True)
class GPT(nn.Layer):
    """Characters in, scores of the next characters out.

    The last map reads the rows of the embedding: both are one parameter.
    """

    tokens: nn.Embedding
    positions: nn.Embedding
    blocks: nn.Sequential
    norm: nn.LayerNorm

    def __call__(self, x):
        """Scores (N, T, V) for characters (N, T)."""
        h = self.tokens(x) + self.positions(ri.arange(x.shape[1]))
        return self.norm(self.blocks(h)) @ self.tokens.weight.T


def gpt(key, vocabulary):
    """A model as nanoGPT begins: no biases, and small steps along the shortcuts."""
    keys = iter(ri.random.split(key, 2 + 6 * BLOCKS))
    small = initialisers.normal(std=0.02)
    last = initialisers.normal(std=0.02 / math.sqrt(2 * BLOCKS))

    def linear(inputs, outputs, weight=small):
        return nn.Linear.init(next(keys), inputs, outputs, weight=weight, bias=None)

    def norm():
        return nn.LayerNorm.init(D, has_bias=False)

    def block():
        projections = [linear(D, D) for _ in range(3)]
        mlp = {
            "hidden": linear(D, 4 * D),
            "gelu": nn.Activation(nn.gelu),
            "output": linear(4 * D, D, last),
        }
        return nn.TransformerBlock(
            norm(),
            nn.MultiHeadAttention(*projections, linear(D, D, last), HEADS),
            norm(),
            nn.Sequential(mlp),
        )

    return GPT(
        nn.Embedding.init(next(keys), vocabulary, D, weight=small),
        nn.Embedding.init(next(keys), T, D, weight=small),
        nn.Sequential({str(i): block() for i in range(BLOCKS)}),
        norm(),
    )


def loss(logits, y):
    """The mean over all positions."""
    return nn.cross_entropy(logits, y, axis=-1)


def optimiser():
    """AdamW on matrices, with a warm-up, a cosine, and clipped gradients."""
    falling = optim.schedules.cosine(LR, steps=STEPS - WARMUP_STEPS, end=LEAST_LR)
    adamw = optim.adamw(
        lr=optim.schedules.warmup(falling, steps=WARMUP_STEPS, start_factor=0.0),
        betas=(0.9, 0.99),
        weight_decay=0.1,
        decayed=lambda name: "norm" not in name,
    )
    return optim.transformed(adamw, lambda g: optim.clip_by_global_norm(g, 1.0))


def sample(model, tokenizer, key, length=300):
    """Text that the model writes, the context moving along."""
    ids = tokenizer.encode("\n").tolist()
    for each in ri.random.split(key, length):
        context = ri.tensor(np.array([ids[-T:]]))
        logits = model(context)[0, -1]
        ids.append(ri.random.categorical(each, logits).item())
    return tokenizer.decode(np.array(ids))


def error_of_an_estimate(model, stretches):
    """The standard error of a mean loss of so few stretches as nanoGPT looks at."""
    x, y = (ri.tensor(np.ascontiguousarray(each)) for each in stretches)
    each = nn.cross_entropy(model(x), y, axis=-1, reduction="none")
    of_stretches = ri.mean(each, axis=1).numpy()
    return float(of_stretches.std(ddof=1) / math.sqrt(ESTIMATED))


def main():
    """Train, print, write."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else STEPS
    text = data.tinyshakespeare()
    tokenizer = data.CharacterTokenizer.of(text)
    ids = tokenizer.encode(text)
    end = int(0.9 * len(ids))
    stretches = data.next_tokens(ids[:end], T)
    rest = tuple(x[::T] for x in data.next_tokens(ids[end:], T))
    losses = {}

    def validation(model):
        found = train.evaluate(model, rest, {"loss": loss}, compiled=True)["loss"]
        losses[len(losses) * EVALUATE_EVERY + EVALUATE_EVERY] = found
        return {"validation loss": found}

    init, writer = ri.random.split(ri.random.key(0))
    state = train.fit(
        gpt(init, len(tokenizer.vocabulary)),
        loss,
        optimiser(),
        data.Loader(stretches, batch_size=N, shuffle=True),
        steps=steps,
        evaluate=validation,
        evaluate_every=EVALUATE_EVERY,
        callbacks=[train.Progress()],
        compiled=True,
    )
    print(sample(state.model, tokenizer, writer))
    if steps != STEPS:
        return
    error = error_of_an_estimate(state.model, rest)
    print(
        f"validation loss {losses[STEPS]:.3f}, published {PUBLISHED} by an estimate "
        f"whose standard error is {error:.3f}"
    )
    record(
        RESULTS,
        ("reference_impl", "numpy"),
        validation_losses=losses,
        error_of_an_estimate=error,
        published=PUBLISHED,
        source="nanoGPT, README, training on a CPU",
    )


if __name__ == "__main__":
    main()
