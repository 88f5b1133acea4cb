"""Attention over packed sequences, as a function that the export keeps whole.

The name of the function says how it attends, so that hocket-import can turn a
call of it into a `hocket.attention`; its body is a plain reference.
"""

from __future__ import annotations

import functools
import struct

import jax
import jax.numpy as jnp

PREFIX = "hocket_attention_"


def parse_name(name: str) -> tuple[bool, float]:
    """(causal, scale) of a function's name: hocket_attention_{causal,full}_<bits of the f32 scale>."""
    kind, bits = name[len(PREFIX) :].split("_")[:2]
    return kind == "causal", struct.unpack(">f", bytes.fromhex(bits))[0]


def reference(query, key, value, cu_seqlens, *, causal: bool, scale: float):
    """softmax(scale * Q K^T) V for query [T, H, D], key and value [T, Hk, D]; quadratic in T."""
    tokens, heads, _ = query.shape
    group = heads // key.shape[1]
    index = jnp.arange(tokens, dtype=jnp.int32)
    sequence = jnp.sum((index[:, None] >= cu_seqlens[None, :]).astype(jnp.int32), axis=1)
    mask = sequence[:, None] == sequence[None, :]
    if causal:
        mask &= index[:, None] >= index[None, :]
    key, value = (jnp.repeat(x, group, axis=1) for x in (key, value))
    scores = scale * jnp.einsum("qhd,khd->hqk", query, key)
    scores = jnp.where(mask[None], scores, -1e30)
    scores = scores - jnp.max(scores, axis=-1, keepdims=True)
    weights = jnp.exp(scores)
    weights = weights / jnp.sum(weights, axis=-1, keepdims=True)
    return jnp.einsum("hqk,khd->qhd", weights, value)


@functools.cache
def _named(causal: bool, scale: float):
    # What f32 holds is what the name says and the plan computes with.
    bits = struct.pack(">f", scale)

    def attend(query, key, value, cu_seqlens):
        return reference(query, key, value, cu_seqlens, causal=causal, scale=struct.unpack(">f", bits)[0])

    attend.__name__ = f"{PREFIX}{'causal' if causal else 'full'}_{bits.hex()}"
    return jax.jit(attend)


def attention(query, key, value, cu_seqlens, *, causal: bool, scale: float | None = None):
    """Attention as a call; the scale is 1/sqrt(D) unless given."""
    if scale is None:
        scale = query.shape[-1] ** -0.5
    return _named(causal, scale)(query, key, value, cu_seqlens)
