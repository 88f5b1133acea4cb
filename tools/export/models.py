"""Small models of different shape, to compare gradients with jax.grad.

Each has batch inputs whose first dimension is the tokens, parameters of static
shape, and returns (sum of the loss, weight).
"""

from __future__ import annotations

import dataclasses
from typing import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from attention import attention
from gpt import cross_entropy, gelu, layer_norm
from lowering import Argument
from text import offsets


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    arguments: list[Argument]
    loss: Callable
    lengths: tuple[int, ...]
    bounds: dict[str, int] = dataclasses.field(default_factory=dict)  # of integer inputs

    def inputs(self, seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Random (parameters, batch) by name."""
        random = np.random.default_rng(seed)
        tokens = sum(self.lengths)
        params, batch = {}, {}
        for argument in self.arguments:
            shape = tuple(tokens if size == "T" else size for size in argument.shape)
            if argument.role == "param":
                deviation = 0.5 if len(shape) == 1 else shape[-2] ** -0.5
                params[argument.name] = random.normal(0, deviation, shape).astype(np.float32)
            elif argument.role == "offsets":
                batch[argument.name] = offsets(self.lengths)
            elif argument.name == "positions":
                batch["positions"] = np.concatenate([np.arange(n, dtype=np.int32) for n in self.lengths])
            elif argument.dtype == "int32":
                batch[argument.name] = random.integers(0, self.bounds[argument.name], shape, dtype=np.int32)
            else:
                batch[argument.name] = random.normal(0, 1, shape).astype(np.float32)
        return params, batch


MODELS: list[Model] = []


def model(*arguments: Argument, lengths=(7, 12, 1, 9), **bounds):
    """Registers a loss function under its name."""

    def register(loss):
        MODELS.append(Model(loss.__name__, list(arguments), loss, lengths, bounds))
        return loss

    return register


def data(name: str, *shape, dtype="float32") -> Argument:
    return Argument(name, "batch", ("T", *shape), dtype)


def param(name: str, *shape) -> Argument:
    return Argument(name, "param", shape, init="normal(0.5)")


CU_SEQLENS = Argument("cu_seqlens", "offsets", ("S",), "int32")


def squares(x, target):
    """The squared error, and the number of tokens."""
    difference = x - target
    return jnp.sum(difference * difference), jnp.sum(jnp.ones_like(target[:, 0]))


@model(data("x", 8), data("y", 3), param("w", 8, 3), param("b", 3))
def linear_regression(x, y, w, b):
    return squares(x @ w + b, y)


@model(data("x", 12), data("y", 4), param("w1", 12, 20), param("b1", 20), param("w2", 20, 16), param("w3", 16, 4))
def mlp(x, y, w1, b1, w2, w3):
    h = jnp.tanh(x @ w1 + b1)
    h = h @ w2
    h = 0.5 * h * (1 + lax.erf(h * 0.7071067811865476))
    h = jnp.log(1 + jnp.exp(gelu(h) - 0.5))
    return squares(h @ w3, y)


@model(
    data("x", 16),
    data("y", 16),
    param("scale1", 16),
    param("bias1", 16),
    param("w", 16, 16),
    param("scale2", 16),
    param("bias2", 16),
)
def normalization(x, y, scale1, bias1, w, scale2, bias2):
    h = x + layer_norm(x, scale1, bias1) @ w
    return squares(layer_norm(h, scale2, bias2), y)


@model(
    data("tokens", dtype="int32"),
    data("targets", dtype="int32"),
    param("table", 17, 12),
    param("w", 12, 23),
    tokens=17,
    targets=23,
)
def embedding_cross_entropy(tokens, targets, table, w):
    logits = jnp.take(table, tokens, axis=0, mode="clip") @ w
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits), targets[:, None], axis=1, mode="clip")
    return -jnp.sum(picked), jnp.sum(jnp.ones_like(picked))


@model(
    data("x", 32),
    data("y", 32),
    CU_SEQLENS,
    param("query", 32, 32),
    param("key", 32, 16),
    param("value", 32, 16),
    param("out", 32, 32),
    lengths=(5, 17, 1, 8),
)
def attention_causal(x, y, cu_seqlens, query, key, value, out):
    q = (x @ query).reshape(-1, 4, 8)
    k = (x @ key).reshape(-1, 2, 8)
    v = (x @ value).reshape(-1, 2, 8)
    a = attention(q, k, v, cu_seqlens, causal=True, scale=0.2)
    return squares(a.reshape(-1, 32) @ out, y)


def rms_norm(x, scale):
    return x * lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + 1e-6) * scale


def rotate(x, positions):
    """Rotary position embedding of [T, H, D]."""
    half = x.shape[-1] // 2
    frequency = jnp.exp(jnp.arange(half, dtype=jnp.float32) * (-9.210340371976184 / half))
    angle = positions.astype(jnp.float32)[:, None, None] * frequency
    low, high = x[..., :half], x[..., half:]
    cosine, sine = jnp.cos(angle), jnp.sin(angle)
    return jnp.concatenate([low * cosine - high * sine, high * cosine + low * sine], axis=-1)


@model(
    data("x", 24),
    data("y", 24),
    data("positions", dtype="int32"),
    CU_SEQLENS,
    param("norm1", 24),
    param("qkv", 24, 72),
    param("out", 24, 24),
    param("norm2", 24),
    param("gate", 24, 40),
    param("up", 24, 40),
    param("down", 40, 24),
    lengths=(3, 16, 10),
)
def attention_full(x, y, positions, cu_seqlens, norm1, qkv, out, norm2, gate, up, down):
    q, k, v = jnp.split((rms_norm(x, norm1) @ qkv).reshape(-1, 9, 8), 3, axis=1)
    a = attention(rotate(q, positions), rotate(k, positions), v, cu_seqlens, causal=False)
    x = x + a.reshape(-1, 24) @ out
    h = rms_norm(x, norm2)
    return squares(x + (jax.nn.silu(h @ gate) * (h @ up)) @ down, y)


@model(data("x", 12), data("y", 6), param("w", 4, 12, 6), param("taps", 3, 12))
def rearrangement(x, y, w, taps):
    # A convolution over the tokens: pad, then shifted slices.
    padded = jnp.pad(x, ((2, 0), (0, 0)))
    tokens = x.shape[0]
    h = sum(padded[i : i + tokens] * taps[i] for i in range(3))
    h = jnp.concatenate([h[:, ::2], h[:, 1::2][:, ::-1]], axis=1)
    h = jnp.pad(h, ((0, 0), (1, 3)), constant_values=0.25)[:, 1:13]
    h = h.reshape(-1, 3, 4).transpose(2, 0, 1)
    folded = w[::-1, ::3, :].transpose(0, 2, 1).reshape(4, 6, 4)
    h = jnp.stack([h[i] @ folded[i, :, :3].T for i in range(4)])
    return squares(jnp.sum(h, axis=0), y)


@model(data("x", 10), data("y", 10), param("w", 10, 10), param("shift", 10), param("floor", 10))
def extrema(x, y, w, shift, floor):
    h = x @ w + shift
    largest = jnp.max(h, axis=1, keepdims=True)
    smallest = jnp.min(h, axis=1)
    lse = jnp.log(jnp.sum(jnp.exp(h - largest), axis=1)) + largest[:, 0]
    spread = jnp.sqrt(1 + (largest[:, 0] - smallest) ** 2)
    h = jnp.where(h > floor, h, 0.1 * h) / spread[:, None]
    h = jnp.maximum(h, floor) + jnp.minimum(h, shift) - lse[:, None]
    # A reduction over the tokens, broadcast back to them.
    return squares(h - jnp.max(h, axis=0), y)


@model(data("x", 4, 6), data("y", 4, 5), param("w", 4, 6, 8), param("v", 4, 8, 5))
def heads_matmul(x, y, w, v):
    h = jnp.tanh(jnp.einsum("thd,hde->the", x, w))
    h = jnp.einsum("the,hef->thf", h, v)
    mixed = jnp.einsum("thf,tgf->thg", h, h)
    return squares(jnp.einsum("thg,tgf->thf", mixed, h).reshape(-1, 20), y.reshape(-1, 20))


@model(
    data("tokens", dtype="int32"),
    data("targets", dtype="int32"),
    param("table", 29, 16),
    param("w", 16, 16),
    tokens=29,
    targets=29,
)
def tied_embedding(tokens, targets, table, w):
    h = jnp.tanh(jnp.take(table, tokens, axis=0, mode="clip") @ w)
    return cross_entropy(h @ table.T, targets)


@model(data("x", 9), data("y", 9), param("a", 9), param("b", 9))
def activations(x, y, a, b):
    h = jax.nn.sigmoid(x * a) + jnp.sin(x + b) * jnp.cos(a)
    h = h + jnp.abs(h) ** 1.5 + jnp.log1p(jnp.exp(-jnp.abs(h)))
    h = jnp.expm1(0.1 * h) + jax.nn.leaky_relu(h - 0.5) - jnp.clip(h, -0.5, b * b)
    return squares(h / (1 + h * h) + lax.rsqrt(1 + jnp.square(x * b)), y)
