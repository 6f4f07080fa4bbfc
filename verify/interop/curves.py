"""Signatures of Ed25519 (RFC 8032) and of ECDSA over P-256 (FIPS 186-5): verification only, for verify.py. Nothing here is secret, so nothing is constant in time."""

import functools
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(b):
    """The point of 32 bytes; None where they are not its canonical form."""
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _form(p):
    inverse = pow(p[2], -1, P)
    return (p[1] * inverse % P | (p[0] * inverse % P & 1) << 255).to_bytes(32, "little")


ZERO = (0, 1, 1, 0)
BASE = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=None)
def ed25519_key(key):
    """The negated point of a public key; None for one of small order or not in its canonical form: it signs nothing."""
    a = _point(key) if len(key) == 32 else None
    if a is None:
        return None
    eight = a
    for _ in range(3):
        eight = _add(eight, eight)
    if _form(eight) == _form(ZERO):
        return None
    return P - a[0], a[1], 1, P - a[3]


@functools.lru_cache(maxsize=None)
def ed25519(key, message, signature):
    """Says whether the signature holds: R is exactly [s]B - [k]A, and s is below the order."""
    a = ed25519_key(key)
    if a is None or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    table = (None, BASE, a, _add(BASE, a))
    q = ZERO
    for i in range(252, -1, -1):
        q = _add(q, q)
        which = s >> i & 1 | (k >> i & 1) << 1
        if which:
            q = _add(q, table[which])
    return _form(q) == signature[:32]


# P-256: y^2 = x^3 - 3x + b over the field of p, a group of order n.
p = 2**256 - 2**224 + 2**192 + 2**96 - 1
n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def _plus(u, v):
    if u is None or v is None:
        return u or v
    if u[0] == v[0]:
        if (u[1] + v[1]) % p == 0:
            return None
        m = 3 * (u[0] * u[0] - 1) * pow(2 * u[1], -1, p)
    else:
        m = (v[1] - u[1]) * pow(v[0] - u[0], -1, p)
    x = (m * m - u[0] - v[0]) % p
    return x, (m * (u[0] - x) - u[1]) % p


def p256(x, y, message, r, s):
    """Says whether the signature (r, s) holds over SHA-256 of the message, by the key (x, y)."""
    if not (0 <= x < p and 0 <= y < p and (y * y - x * x * x + 3 * x - b) % p == 0 and 0 < r < n and 0 < s < n):
        return False
    w = pow(s, -1, n)
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    u, v = e * w % n, r * w % n
    table = (None, G, (x, y), _plus(G, (x, y)))
    q = None
    for i in range(255, -1, -1):
        q = _plus(q, q)
        which = u >> i & 1 | (v >> i & 1) << 1
        if which:
            q = _plus(q, table[which])
    return q is not None and q[0] % n == r
