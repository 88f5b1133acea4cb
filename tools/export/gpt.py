"""A GPT over bytes: learned positions, pre-norm blocks, GELU MLP, grouped-query causal attention."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp

from attention import attention
from lowering import Argument, tokens_batch

VOCABULARY = 256


@dataclasses.dataclass(frozen=True)
class Config:
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 4
    max_positions: int = 128
    tied: bool = False

    def __post_init__(self):
        if self.hidden % self.heads or self.heads % self.kv_heads:
            raise ValueError("hidden must be a multiple of heads, and heads of kv_heads")

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads


def normal(deviation: float) -> str:
    return f"normal({deviation:.6g})"


def block_shapes(config: Config) -> dict[str, tuple]:
    """The parameters of one block: name to (shape, init)."""
    hidden, narrow = config.hidden, config.kv_heads * config.head_size
    weight = normal(hidden**-0.5)
    # Each of the 2 L additions to the residual stream is that much smaller.
    small = (2 * config.layers) ** -0.5
    return {
        "ln1.scale": ((hidden,), "ones"),
        "ln1.bias": ((hidden,), "zeros"),
        "query": ((hidden, hidden), weight),
        "key": ((hidden, narrow), weight),
        "value": ((hidden, narrow), weight),
        "out": ((hidden, hidden), normal(small * hidden**-0.5)),
        "ln2.scale": ((hidden,), "ones"),
        "ln2.bias": ((hidden,), "zeros"),
        "up": ((hidden, 4 * hidden), weight),
        "up.bias": ((4 * hidden,), "zeros"),
        "down": ((4 * hidden, hidden), normal(small * (4 * hidden) ** -0.5)),
        "down.bias": ((hidden,), "zeros"),
    }


def arguments(config: Config) -> list[Argument]:
    """The arguments of the loss: the batch, then the parameters."""
    hidden = config.hidden
    # What the head reads has to be small; what only the blocks read, which normalize it, need not.
    embedding = normal(0.02 if config.tied else 0.5)
    result = tokens_batch()
    result.append(Argument("wte", "param", (VOCABULARY, hidden), init=embedding))
    result.append(Argument("wpe", "param", (config.max_positions, hidden), init=embedding))
    for layer in range(config.layers):
        for name, (shape, init) in block_shapes(config).items():
            result.append(Argument(f"block{layer}.{name}", "param", shape, init=init))
    result.append(Argument("ln.scale", "param", (hidden,), init="ones"))
    result.append(Argument("ln.bias", "param", (hidden,), init="zeros"))
    if not config.tied:
        result.append(Argument("head", "param", (hidden, VOCABULARY), init=normal(0.02)))
    return result


def layer_norm(x, scale, bias, epsilon=1e-5):
    mean = jnp.mean(x, axis=-1, keepdims=True)
    centered = x - mean
    variance = jnp.mean(centered * centered, axis=-1, keepdims=True)
    return centered * jax.lax.rsqrt(variance + epsilon) * scale + bias


def gelu(x):
    return 0.5 * x * (1 + jnp.tanh(0.7978845608028654 * (x + 0.044715 * (x * x * x))))


def cross_entropy(logits, targets):
    """(sum of -log p(target), number of targets). A negative target does not count."""
    counted = targets >= 0
    largest = jnp.max(logits, axis=-1, keepdims=True)
    lse = jnp.log(jnp.sum(jnp.exp(logits - largest), axis=-1)) + largest[:, 0]
    vocabulary = jnp.arange(logits.shape[-1], dtype=targets.dtype)
    picked = jnp.sum(jnp.where(targets[:, None] == vocabulary[None, :], logits, 0.0), axis=-1)
    # Counted, not taken from the shape: the shape is a sentinel.
    weight = jnp.sum(counted.astype(jnp.float32))
    return jnp.sum(jnp.where(counted, lse - picked, 0.0)), weight


@jax.jit
def embed(tokens, positions, wte, wpe):
    return jnp.take(wte, tokens, axis=0, mode="clip") + jnp.take(wpe, positions, axis=0, mode="clip")


def make_block(config: Config):
    heads, kv_heads, size = config.heads, config.kv_heads, config.head_size

    @jax.jit
    def block(x, cu_seqlens, ln1, ln1_bias, query, key, value, out, ln2, ln2_bias, up, up_bias, down, down_bias):
        h = layer_norm(x, ln1, ln1_bias)
        q = (h @ query).reshape(-1, heads, size)
        k = (h @ key).reshape(-1, kv_heads, size)
        v = (h @ value).reshape(-1, kv_heads, size)
        a = attention(q, k, v, cu_seqlens, causal=True)
        x = x + a.reshape(-1, heads * size) @ out
        h = layer_norm(x, ln2, ln2_bias)
        return x + gelu(h @ up + up_bias) @ down + down_bias

    return block


@jax.jit
def head(x, targets, scale, bias, weight):
    return cross_entropy(layer_norm(x, scale, bias) @ weight, targets)


@jax.jit
def tied_head(x, targets, scale, bias, wte):
    return cross_entropy(layer_norm(x, scale, bias) @ wte.T, targets)


def make_loss(config: Config):
    """loss(*arguments) -> (sum of the loss, weight), a chain of calls of layers."""
    block, per_block = make_block(config), len(block_shapes(config))

    def loss(tokens, targets, positions, cu_seqlens, wte, wpe, *rest):
        x = embed(tokens, positions, wte, wpe)
        for layer in range(config.layers):
            x = block(x, cu_seqlens, *rest[layer * per_block : (layer + 1) * per_block])
        last = rest[config.layers * per_block :]
        return tied_head(x, targets, *last, wte) if config.tied else head(x, targets, *last)

    return loss
