#!/usr/bin/env python3
"""A second checker of the open record, written from docs/reference/ledger.md, records.md and journal.md and from the public formats they name, not from truce's code.

    verify.py [--policy FILE] [--seen FILE] [--keep] [--now SECONDS] [--strict] [--json] FOLDER|BUNDLE...

Exit codes: 0 it holds, perhaps with remarks; 1 something does not hold, or with --strict there are remarks; 2 it cannot be read. It needs Python 3.9 and nothing else.
It does not compile agreements: that the questions of an outcome are those of its rule, and that a plan is that of its text, it takes as claimed.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import struct
import sys
import time
import zipfile

sys.dont_write_bytecode = True

import curves  # noqa: E402

KINDS = "- sealed text key policy outcome finding correction reveal padding withheld erasure pause report".split()
SEALED, TEXT, KEY, POLICY, OUTCOME, FINDING, CORRECTION, REVEAL, PADDING, WITHHELD, ERASURE, PAUSE, REPORT = range(1, 14)
RESULTS = ["undetermined", "not applicable", "not due", "kept", "breached", "suspended"]
CODES = {  # the word in the document that the code of the leaf repeats
    TEXT: ("use", [None, "in-force", "rival", "withdrawn"]),
    KEY: ("act", [None, "begins", "ends"]),
    CORRECTION: ("why", [None, "withdrawn"]),
    WITHHELD: ("why", [None, "danger", "source", "inquiry", "order", "not-evidence"]),
    ERASURE: ("why", [None, "retention", "request", "danger", "mistake", "order"]),
    PAUSE: ("act", [None, "paused", "resumed"]),
    REPORT: ("act", [None, "issued", "corrects"]),
}
STEP, AGREEMENT, PERSON, CLASS, ERASED, PAUSED, ISSUED = 6, 2, 11, 13, 14, 15, 16  # kinds of record: their places in the table of records.md
NOTHING = bytes(32)
MAX_FILE = 64 << 20


class Bad(Exception):
    """Something is not in its form, or does not hold."""


def need(ok, why):
    if not ok:
        raise Bad(why)


def H(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def text(b):
    return struct.pack(">I", len(b)) + b


def unbase64(s, url=False):
    b = base64.urlsafe_b64decode(s + "=" * (-len(s) % 4)) if url else base64.b64decode(s, validate=True)
    again = base64.urlsafe_b64encode(b).rstrip(b"=") if url else base64.b64encode(b)
    need(again.decode() == s, "base64 has one form")
    return b


def digest_of(s):
    need(isinstance(s, str) and re.fullmatch("[0-9a-f]{64}", s), "a digest is 64 hexadecimal digits")
    return bytes.fromhex(s)


class Reader:
    """Takes bytes apart; done() refuses what is left."""

    def __init__(self, b):
        self.b, self.i = b, 0

    def take(self, n):
        need(0 <= n <= len(self.b) - self.i, "it ends early")
        self.i += n
        return self.b[self.i - n:self.i]

    def number(self, n):
        return int.from_bytes(self.take(n), "big")

    def text(self):
        return self.take(self.number(4))

    def done(self):
        need(self.i == len(self.b), "something follows")


# --- The folder ---------------------------------------------------------------------------------------------------------------------------------


class Store:
    """A folder or a zip of it."""

    def __init__(self, path):
        self.path = path
        self.zip = None if os.path.isdir(path) else zipfile.ZipFile(path)
        self.names = set(self.zip.namelist()) if self.zip else None

    def read(self, name):
        if self.zip:
            if name not in self.names:
                return None
            need(self.zip.getinfo(name).file_size <= MAX_FILE, name + " is too large")
            return self.zip.read(name)
        try:
            with open(os.path.join(self.path, name), "rb") as f:
                b = f.read(MAX_FILE + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        need(len(b) <= MAX_FILE, name + " is too large")
        return b

    def proofs(self):
        if self.zip:
            names = [x[6:] for x in self.names if x.startswith("proof/")]
        else:
            at = os.path.join(self.path, "proof")
            names = os.listdir(at) if os.path.isdir(at) else []
        return sorted(int(x) for x in names if re.fullmatch("0|[1-9][0-9]{0,17}", x))


def tile_path(level, number, width):
    s = "%03d" % (number % 1000)
    while number >= 1000:
        number //= 1000
        s = "x%03d/%s" % (number % 1000, s)
    return "tile/%s/%s%s" % (level, s, "" if width == 256 else ".p/%d" % width)


def tiles(size):
    """The number and width of each tile of a level with so many entries."""
    return [(i, min(256, size - 256 * i)) for i in range((size + 255) // 256)]


class Tree:
    """A tree of RFC 6962 from the hashes of its leaves."""

    def __init__(self, hashes):
        self.levels = [hashes]
        while len(self.levels[-1]) > 1:
            x = self.levels[-1]
            self.levels.append([H(b"\1", x[i], x[i + 1]) for i in range(0, len(x) - 1, 2)])

    def root(self, size):
        """The root of the tree as it was at a size."""
        if size == 0:
            return H()
        root, at = None, size
        for level in range(size.bit_length()):  # from the right, the smallest full tree first
            if size >> level & 1:
                at -= 1 << level
                full = self.levels[level][at >> level]
                root = full if root is None else H(b"\1", full, root)
        return root


def root_of_proof(index, size, leaf, path):
    """The root that a proof of inclusion leads to (RFC 9162, 2.1.3.2)."""
    need(index < size, "the index is outside the tree")
    fn, sn, r = index, size - 1, leaf
    for h in path:
        need(sn > 0, "the proof is too long")
        if fn & 1 or fn == sn:
            r = H(b"\1", h, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = H(b"\1", r, h)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "the proof is too short")
    return r


# --- Checkpoints and policies -------------------------------------------------------------------------------------------------------------------


def vkey(s, kind):
    """name+id+key, as signed-note: gives name, id and public key."""
    name, hexid, key = s.split("+", 2)
    b = unbase64(key)
    need(len(b) == 33 and b[0] == kind, "not a key of type %d" % kind)
    need(name and re.fullmatch("[0-9a-f]{8}", hexid) and H(name.encode(), b"\n", b)[:4].hex() == hexid, "the id is not that of the key")
    need(curves.ed25519_key(b[1:]), "a key that signs nothing")
    return name, b[:0] + bytes.fromhex(hexid), b[1:]


class Policy:
    def __init__(self, raw):
        try:
            self.parse(raw)
        except (ValueError, IndexError) as e:
            raise Bad("the policy cannot be read: %s" % e) from None

    def parse(self, raw):
        need(all(c in (9, 10) or 0x20 <= c != 0x7F for c in raw), "a control character")
        need(raw.endswith(b"\n"), "the last line does not end")
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        keys, used = set(), set()
        for line in raw.decode("utf-8", "surrogateescape").split("\n"):
            w = re.split("[ \t]+", line.strip(" \t"))
            if w[0] == "" or w[0].startswith("#"):
                continue
            if w[0] == "log" and len(w) in (2, 3):
                key = vkey(w[1], 1)
                self.logs.append(key)
            elif w[0] == "witness" and len(w) in (3, 4):
                key = vkey(w[2], 4)
                self.fresh(w[1])
                self.witnesses[w[1]] = key
            elif w[0] == "group" and len(w) >= 4:
                self.fresh(w[1])
                members = w[3:]
                for m in members:
                    need((m in self.witnesses or m in self.groups) and m not in used, "a member that is not defined, or is one already: " + m)
                    used.add(m)
                need(w[2] in ("any", "all") or re.fullmatch("[1-9][0-9]*", w[2]), "not a threshold")
                k = {"any": 1, "all": len(members)}.get(w[2]) or int(w[2])
                need(1 <= k <= len(members), "the threshold cannot be met")
                self.groups[w[1]] = (k, members)
                continue
            elif w[0] == "quorum" and len(w) == 2:
                need(self.quorum is None and (w[1] == "none" or w[1] in self.witnesses or w[1] in self.groups), "not a quorum")
                self.quorum = w[1]
                continue
            else:
                raise Bad("a line that is none of a policy: " + line)
            need(key[2] not in keys, "a key stands twice")
            keys.add(key[2])
        need(self.quorum is not None, "no quorum")

    def fresh(self, name):
        need(name != "none" and name not in self.witnesses and name not in self.groups, "a name stands twice: " + name)

    def met(self, signed, name=None):
        name = name or self.quorum
        if name in self.groups:
            k, members = self.groups[name]
            return sum(self.met(signed, m) for m in members) >= k
        return name == "none" or name in signed

    def borne(self):
        """How many witnesses there are, how many are needed, and how many lying ones can be borne; simple groups only."""
        k, members = self.groups.get(self.quorum, (0 if self.quorum == "none" else 1, [self.quorum]))
        n = len(members) if k else 0
        return n, k, max(0, min(2 * k - n - 1, n - k))


class Checkpoint:
    """A signed note (c2sp.org/signed-note, tlog-checkpoint) that a log of the policy signed."""

    def __init__(self, raw, policy):
        try:
            self.parse(raw, policy)
        except ValueError as e:
            raise Bad("the checkpoint cannot be read: %s" % e) from None

    def parse(self, raw, policy):
        self.raw = raw
        body, found, tail = raw.decode().rpartition("\n\n")
        need(found and tail.endswith("\n"), "it is not a signed note")
        need(all(c == "\n" or " " <= c != "\x7f" for c in raw.decode()), "a control character")
        body += "\n"
        lines = body.split("\n")
        need(len(lines) >= 4 and all(lines[:-1]), "a checkpoint has three lines")
        self.origin = lines[0]
        need(re.fullmatch("0|[1-9][0-9]{0,17}", lines[1]), "the size is no number")
        self.size, self.root = int(lines[1]), unbase64(lines[2])
        need(len(self.root) == 32, "the root is no digest")
        self.signed, logged = {}, False
        for line in tail[:-1].split("\n"):
            m = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line)
            need(m, "a line that is no signature")
            b = unbase64(m[2])
            need(len(b) > 4, "a signature without bytes")
            for name, hexid, key in policy.logs:
                if (m[1], b[:4]) == (name, hexid):
                    need(name == self.origin and curves.ed25519(key, body.encode(), b[4:]), "the signature of the log does not hold")
                    logged = True
            for short, (name, hexid, key) in policy.witnesses.items():
                if (m[1], b[:4]) == (name, hexid):
                    at = int.from_bytes(b[4:12], "big")
                    ok = len(b) == 76 and at < 1 << 63 and curves.ed25519(key, b"cosignature/v1\ntime %d\n" % at + body.encode(), b[12:])
                    need(ok, "the cosignature of %s does not hold" % short)
                    self.signed[short] = at
        need(logged, "no log of the policy signed it")


# --- Leaves -------------------------------------------------------------------------------------------------------------------------------------


class Leaf:
    def __init__(self, b, index):
        need(len(b) == 512 and b[:14] == b"truce/leaf/v1\n", "not a leaf")
        self.index, self.raw = index, b
        self.kind, self.code, self.time, self.due, self.before = struct.unpack(">BBQQQ", b[14:40])
        self.root, self.text, self.plan, self.engine, self.body = (b[i:i + 32] for i in range(40, 200, 32))
        self.subject, self.signed, self.asked = struct.unpack(">QBB", b[200:210])
        need(1 <= self.kind <= 13, "an unknown kind")
        need(not any(b[210:]), "something stands where zeros do")
        need(self.subject <= index, "a subject that is not older")
        need(self.before <= index and (self.before > 0 or self.root == NOTHING), "it names a checkpoint that cannot be")
        if self.kind == SEALED:
            need(self.due > 0 and not (self.code or self.subject or self.signed or self.asked), "a sealed leaf says too much or too little")
        else:
            need(self.due == 0, "a due date of what is not sealed")
        top = {OUTCOME: (0, 7), FINDING: (0, 2), SEALED: (0, 0), POLICY: (0, 0), REVEAL: (0, 0), PADDING: (0, 0)}
        low, high = top[self.kind] if self.kind in top else (1, len(CODES[self.kind][1]) - 1)
        need(low <= self.code <= high, "an unknown code")


# --- Documents ----------------------------------------------------------------------------------------------------------------------------------

# Members in their order. s text, i a whole number, b true, d a digest, L texts, N whole numbers, j any JSON, a name one of these objects, *name a list of them. What ends
# in ? is left out where it has no value; everything else always stands there.
SHAPES = {
    "signature": "body act how key? statement? signature?",
    "asked": "question answer then",
    "said": "readings:L? result possible:L asked:*asked?",
    "attribution": "result by:L? standard confidence",
    "conclusion": "case number:i agreement version rule? article? kind? occurrence standard confidence intent severity? attribution:attribution? cites:L? simulated:b?",
    "outcome": "record agreement version rule article? subject day? cell? said:*said? turns:L? by:L? known? answering:L? gone:b? inputs:d? simulated:b?",
    "truce/text/v1": "form agreement version folder? use text:d plan:d engine:d signatures:*signature?",
    "truce/key/v1": "form key act body office method public host? origins:L? signatures:*signature?",
    "truce/policy/v1": "form policy",
    "truce/finding/v1": "form conclusion:conclusion outcomes:*outcome? signatures:*signature?",
    "truce/correction/v1": "form leaf:i why",
    "truce/reveal/v1": "form leaf:i id record:d place:i path:L group salt:d data simulated:b? signatures:*signature?",
    "truce/padding/v1": "form from:i salts:L",
    "truce/withheld/v1": "form leaves:N why until:i? signatures:*signature?",
    "truce/erasure/v1": "form leaves:N why signatures:*signature?",
    "truce/pause/v1": "form act signatures:*signature?",
    "truce/report/v1": "form report act number:i from to content:j salt:d simulated:b? signatures:*signature?",
}
SHAPES["truce/outcome/v1"] = "form " + SHAPES["outcome"]


def encode(v):
    b = json.dumps(v, ensure_ascii=False, separators=(",", ":"))
    return b.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()


def shaped(v, shape, where):
    """Refuses another key, another order and a member that stands there without a value; gives the object with "", 0, False, [] or None for what is left out."""
    need(isinstance(v, dict), where + " is no object")
    members = []
    for x in SHAPES[shape].split():
        m, _, kind = x.rstrip("?").partition(":")
        members.append((m, kind or "s", x.endswith("?")))
    need([m for m, _, _ in members if m in v] == list(v), "%s has other keys, or another order: %s" % (where, " ".join(v)))
    out = {}
    for m, kind, optional in members:
        x, at = v.get(m), where + "." + m
        if m not in v:
            need(optional, at + " is left out")
            out[m] = {"s": "", "d": "", "i": 0, "b": False}.get(kind, None if kind in SHAPES else [])
            continue
        need(x or not optional, at + " has no value and stands there")
        if kind in "iN":
            need(kind == "i" or isinstance(x, list), at + " is no list")
            for n in x if kind == "N" else [x]:
                need(type(n) is int and 0 <= n < 1 << 63, at + " is no number")
        elif kind == "b":
            need(x is True, at + " is not true")
        elif kind in "sd":
            need(isinstance(x, str), at + " is no text")
            if kind == "d":
                digest_of(x)
        elif kind == "L":
            need(isinstance(x, list) and all(isinstance(s, str) for s in x), at + " is no list of texts")
        elif kind[0] == "*":
            need(isinstance(x, list), at + " is no list")
            x = [shaped(y, kind[1:], at) for y in x]
        elif kind != "j":
            x = shaped(x, kind, at)
        out[m] = x
    return out


def strict(b):
    def number(s):
        n = float(s)
        need(0.0001 <= abs(n) < 1e15, "a number that not everybody writes alike")
        return n

    def fail(s):
        raise ValueError("no such number: " + s)

    def once(pairs):
        need(len({k for k, _ in pairs}) == len(pairs), "a key stands twice")
        return dict(pairs)

    v = json.loads(b.decode(), parse_float=number, parse_constant=fail, object_pairs_hook=once)
    need(encode(v) == b, "it is JSON in another spelling")
    return v


def document(b, form):
    """Gives the document with its defaults, and as it stands there."""
    try:
        v = strict(b)
        need(isinstance(v, dict) and v.get("form") == form, "it is not a " + form)
        return shaped(v, form, form), v
    except (ValueError, RecursionError) as e:
        raise Bad("not a document: %s" % e) from None


def derive(said):
    """The result of one choice of readings from the answers to the questions of its rule."""
    results, ended = [], False
    for a in said["asked"]:
        need(not ended, "a question after the first yes")
        need(a["answer"] in ("yes", "no", "unknown") and a["then"] in RESULTS, "an answer or result that is none")
        if a["answer"] != "no" and a["then"] not in results:
            results.append(a["then"])
        ended = a["answer"] == "yes"
    need(ended, "no question has yes")
    results.sort(key=RESULTS.index)
    need(results == said["possible"], "what is possible does not follow from the answers")
    need(said["result"] == (results[0] if len(results) == 1 else "undetermined"), "the result does not follow from the answers")


# --- Signatures ---------------------------------------------------------------------------------------------------------------------------------


def commitment(group, salt, data):
    return H(b"truce/commit/v1\n", *(struct.pack(">Q", len(x)) + x for x in (group.encode(), salt, data)))


def moment(ms):
    """A time as documents write it: UTC, with milliseconds only where there are some."""
    need(type(ms) is int, "a time is a whole number")
    s = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000))
    return s + (".%03d" % (ms % 1000) if ms % 1000 else "") + "Z"


class Statement:
    """What a person signs: a record from its kind to its body (journal.md)."""

    def __init__(self, b):
        r = Reader(b)
        need(r.take(19) == b"truce/statement/v1\n", "not a statement")
        self.kind, self.tier = r.number(1), r.number(1)
        self.agreement, self.version, self.person, self.on = (r.text().decode() for _ in range(4))
        self.office, self.vouch, self.key, self.claimed = r.number(1), r.number(1), r.text().decode(), r.number(8)
        self.commitments = [(r.text().decode(), r.take(32)) for _ in range(r.number(4))]
        raw = r.text()
        r.done()
        self.body = strict(raw)
        need(isinstance(self.body, dict), "the body is no object")


def key_id(b):
    n = int.from_bytes(H(b)[:10], "big")
    return "k-" + "".join("0123456789abcdefghjkmnpqrstvwxyz"[n >> 75 - 5 * i & 31] for i in range(16))


def sshsig(line, armored, message):
    wire = unbase64(line.split()[1])
    m = re.fullmatch(r"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\n?", armored)
    need(m, "not an ssh signature")
    r = Reader(unbase64(m[1].replace("\n", "")))
    need(r.take(6) == b"SSHSIG" and r.number(4) == 1, "not an ssh signature")
    key, namespace, reserved, algorithm, signature = (r.text() for _ in range(5))
    r.done()
    need(key == wire, "another key signed")
    need(namespace == b"truce-record" and algorithm in (b"sha512", b"sha256"), "signed for something else")
    signed = b"SSHSIG" + b"".join(map(text, (namespace, reserved, algorithm, hashlib.new(algorithm.decode(), message).digest())))
    k, s = Reader(wire), Reader(signature)
    if k.text() != b"ssh-ed25519":
        return None
    point = k.text()
    need(s.text() == b"ssh-ed25519", "another kind of signature")
    value = s.text()
    k.done(), s.done()
    return curves.ed25519(point, signed, value)


def cbor(r):
    """As much of CBOR as a COSE key has."""
    head = r.number(1)
    major, n = head >> 5, head & 31
    if n > 23:
        need(n < 28, "not CBOR")
        n = r.number(1 << n - 24)
    if major < 2:
        return n if major == 0 else -1 - n
    if major < 4:
        return r.take(n)
    need(major == 5 and n < 16, "not a COSE key")
    return {cbor(r): cbor(r) for _ in range(n)}


def passkey(key, answer, message):
    a = json.loads(answer)["response"]
    client, data, signature = (unbase64(a[x], url=True) for x in ("clientDataJSON", "authenticatorData", "signature"))
    c = json.loads(client)
    need(c["type"] == "webauthn.get" and unbase64(c["challenge"], url=True) == H(message) and c["origin"] in key["origins"], "the browser signed something else")
    need(len(data) >= 37 and data[:32] == H(key["host"].encode()) and data[32] & 5 == 5, "no person, or another host")
    r = Reader(unbase64(key["public"]))
    cose, signed = cbor(r), data + H(client)
    r.done()
    if (cose.get(1), cose.get(3), cose.get(-1)) == (1, -8, 6):
        return curves.ed25519(cose[-2], signed, signature)
    if (cose.get(1), cose.get(3), cose.get(-1)) != (2, -7, 1):
        return None
    d, numbers = Reader(signature), []
    need(d.number(1) == 0x30 and d.number(1) == len(signature) - 2, "not a signature of ECDSA")
    for _ in range(2):
        need(d.number(1) == 2, "not a signature of ECDSA")
        numbers.append(int.from_bytes(d.take(d.number(1)), "big", signed=True))
    d.done()
    return curves.p256(int.from_bytes(cose[-2], "big"), int.from_bytes(cose[-3], "big"), signed, *numbers)


# --- The check ----------------------------------------------------------------------------------------------------------------------------------


class Check:
    def __init__(self, store, now, policy=None, seen=None):
        self.store, self.now = store, now
        self.faults, self.remarks, self.absent, self.paused = [], [], [], False
        self.leaves, self.keys, self.texts, self.states, self.ever = {}, {}, {}, {}, set()
        self.findings = dict.fromkeys(("derived", "claimed", "signed", "unsigned"), 0)
        self.reports = dict.fromkeys(("signed", "claimed"), 0)
        own = store.read("policy")
        need(policy or own, "there is no policy")
        self.raw_policy = policy or own
        self.policy = Policy(self.raw_policy)
        if own and own != self.raw_policy:
            self.remark("policy", -1, "the record's policy is another than yours")
        raw = store.read("checkpoint")
        need(raw, "there is no checkpoint")
        self.checkpoint = Checkpoint(raw, self.policy)
        self.seen = Checkpoint(seen, self.policy) if seen else None
        self.n, self.k, self.lying = self.policy.borne()
        if self.lying == 0:
            self.remark("witnesses", -1, "no lying witness can be borne: %d of %d must cosign" % (self.k, self.n))
        if not self.policy.met(self.checkpoint.signed):
            self.remark("policy-not-met", -1, "too few witnesses cosigned this checkpoint")
        self.read_tree()
        self.read_proofs()
        self.ticks()
        for i in sorted(self.leaves):
            if self.leaves[i].kind != SEALED:
                self.guard(i, self.read_document)
        for i in self.absent:  # a pause takes down what came before it
            if self.paused:
                self.remark("taken-down", i, "its document was taken down while publication is paused")
            else:
                self.fault("document", i, "its document is not there")
        self.sealed()

    def fault(self, code, leaf, why):
        self.faults.append((code, leaf, why))

    def remark(self, code, leaf, why):
        self.remarks.append((code, leaf, why))

    def guard(self, i, f, *a):
        try:
            return f(i, *a)
        except Bad as e:
            self.fault(KINDS[self.leaves[i].kind] if i in self.leaves else "proof", i, str(e))
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as e:
            self.fault(KINDS[self.leaves[i].kind] if i in self.leaves else "proof", i, "it cannot be read: %s" % e)

    def tile(self, level, number, width, entry):
        """A tile with its entries; the full one where the partial one is gone."""
        for w in (width, 256):
            b = self.store.read(tile_path(level, number, w))
            if b is not None:
                need(len(b) == w * entry, "%s has another length" % tile_path(level, number, w))
                return b[:width * entry]
        return None

    def read_tree(self):
        size, entries, self.whole, self.tree = self.checkpoint.size, {}, True, None
        try:
            for number, width in tiles(size):
                b = self.tile("entries", number, width, 514)
                if b is None:
                    self.whole = False
                    continue
                for i in range(width):
                    e = b[514 * i:514 * i + 514]
                    need(e[:2] == b"\2\0", "an entry has another length than 512")
                    entries[256 * number + i] = e[2:]
            above = [b""] * size if not self.whole else [H(b"\0", entries[i]) for i in range(size)]
            if self.whole:
                self.tree = Tree(above)
            else:
                got = [self.tile(0, number, width, 32) for number, width in tiles(size)]
                if None not in got:
                    all_hashes = b"".join(got)
                    above = [all_hashes[i:i + 32] for i in range(0, len(all_hashes), 32)]
                    self.tree = Tree(above)
        except Bad as e:
            self.whole = False
            return self.fault("tile", -1, str(e))
        if entries and not self.whole:
            self.fault("tile", -1, "some of the leaves are there and others are not")
        if self.tree is None:
            self.remark("part", -1, "the log is not all there: leaves are known by their proofs alone")
            if self.seen:
                self.compare_seen()
            return
        if self.tree.root(size) != self.checkpoint.root:
            self.whole = False
            return self.fault("root", -1, "the leaves or tiles do not give the root of the checkpoint")
        for level in range((size.bit_length() + 7) // 8):  # the tiles are those of these leaves
            hashes = self.tree.levels[8 * level] if 8 * level < len(self.tree.levels) else []
            for number, width in tiles(size >> 8 * level):
                try:
                    b = self.tile(level, number, width, 32)
                    need(b in (None, b"".join(hashes[256 * number:256 * number + width])), "%s is not that of the leaves" % tile_path(level, number, width))
                    need(b is not None or width < 256, "%s is not there" % tile_path(level, number, width))
                except Bad as e:
                    self.fault("tile", -1, str(e))
        if self.seen:
            self.compare_seen()
        if not self.whole:
            self.remark("part", -1, "not all leaves are there")
        for i, b in entries.items():
            if H(b"\0", b) != self.tree.levels[0][i]:
                self.fault("tile", i, "the leaf is not the one that the tiles have")
            else:
                self.guard(i, lambda i: self.leaves.__setitem__(i, Leaf(b, i)))

    def compare_seen(self):
        s, c = self.seen, self.checkpoint
        if s.origin != c.origin:
            self.fault("seen", -1, "your own checkpoint is of another log")
        elif s.size > c.size:
            self.fault("fork", -1, "the log is smaller than it was when you looked last")
        elif self.tree is None and s.size != c.size:
            self.remark("part", -1, "without its tiles nothing shows that the log contains your own checkpoint")
        elif (self.tree.root(s.size) if self.tree else c.root) != s.root:
            self.fault("fork", -1, "the log does not contain your own checkpoint: it said two different things")

    def read_proofs(self):
        for i in self.store.proofs():
            self.guard(i, self.read_proof)

    def read_proof(self, i):
        head, found, rest = self.store.read("proof/%d" % i).partition(b"\n\n")
        lines = head.decode().split("\n")
        need(found and len(lines) >= 3 and lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra ") and lines[2] == "index %d" % i, "not a proof of this leaf")
        raw = unbase64(lines[1][6:])
        c = Checkpoint(rest, self.policy)
        path = [unbase64(x) for x in lines[3:]]
        need(all(len(x) == 32 for x in path), "not a digest")
        need(root_of_proof(i, c.size, H(b"\0", raw), path) == c.root, "the proof does not lead to the root")
        if self.tree and c.size <= self.checkpoint.size:
            need(self.tree.root(c.size) == c.root, "the proof is of another log")
        elif c.size == self.checkpoint.size:
            need(c.root == self.checkpoint.root, "the proof is of another log")
        else:
            self.remark("part", i, "without its tiles nothing shows that the log contains the checkpoint of this proof")
        if not self.policy.met(c.signed):
            self.remark("policy-not-met", i, "too few witnesses cosigned the checkpoint of this proof")
        need(i not in self.leaves or self.leaves[i].raw == raw, "the proof is of another leaf")
        self.leaves[i] = Leaf(raw, i)

    def ticks(self):
        """In one tick: one time, one checkpoint before it, sealed leaves first, and as many of them as do not tell how many records there were."""
        if not self.whole or len(self.leaves) != self.checkpoint.size:
            return
        ticks = {}
        for i in range(self.checkpoint.size):
            ticks.setdefault(self.leaves[i].before, []).append(self.leaves[i])
        last = 0
        for before, leaves in ticks.items():
            first, n = leaves[0], sum(x.kind == SEALED for x in leaves)
            try:
                need(before == first.index and (before == 0 or self.tree.root(before) == first.root), "the tick names another checkpoint than the one before it")
                need(all((x.time, x.root) == (first.time, first.root) for x in leaves) and first.time > last, "the times of a tick are not one, or not later")
                need(all((x.kind == SEALED) == (i < n) for i, x in enumerate(leaves)), "sealed leaves come first")
                step = 1 << max(n.bit_length() - 3, 0)
                need(n >= 16 and n % step == 0, "%d sealed leaves tell how many records there were" % n)
            except Bad as e:
                self.fault("tick", first.index, str(e))
            last = first.time

    # Documents.

    def read_document(self, i):
        leaf = self.leaves[i]
        b = self.store.read("doc/" + leaf.body.hex())
        if b is None:
            return self.absent.append(i)
        need(H(b) == leaf.body, "the document is not the one that the leaf names")
        d, raw = document(b, "truce/%s/v1" % KINDS[leaf.kind])
        if leaf.kind in CODES:
            member, words = CODES[leaf.kind]
            need(d[member] == words[leaf.code], "the leaf says another %s than the document" % member)
        getattr(self, "on_" + KINDS[leaf.kind])(i, leaf, d, raw)

    def signatures(self, i, d, fits):
        """Bodies by act whose own keys signed, and those of whom the operator says so."""
        own, claimed = {}, {}
        for s in d["signatures"]:
            need(s["act"] in ("proposed", "confirms", "sign", "dissent", "silence", "issued") and s["how"] in ("ssh", "passkey", "session", "node"), "not a signature")
            if s["how"] in ("session", "node"):
                need(not (s["key"] or s["statement"] or s["signature"]), "a signature that is none")
                claimed.setdefault(s["act"], set()).add(s["body"])
                continue
            key = self.keys.get((s["key"], s["body"]))
            need(key, "the log lists no key %s of %s" % (s["key"], s["body"]))
            need(key["method"] == s["how"], "the key is of another kind")
            message = unbase64(s["statement"])
            answer = unbase64(s["signature"])
            ok = sshsig(key["public"], answer.decode(), message) if s["how"] == "ssh" else passkey(key, answer, message)
            if ok is None:
                self.remark("not-checked", i, "the signature of %s is of a kind that this program does not check" % s["body"])
                continue
            need(ok, "the signature of %s does not hold" % s["body"])
            t = Statement(message)
            need(t.vouch == 4 and t.on == s["body"] and t.key == s["key"] and fits(t, s["act"]), "%s signed something else" % s["body"])
            own.setdefault(s["act"], set()).add(s["body"])
        if claimed:
            self.remark("claimed", i, "the operator alone says that they signed: " + " ".join(sorted(set().union(*claimed.values()))))
        return own, claimed

    def two(self, i, d, kind):
        own, claimed = self.signatures(i, d, lambda t, act: t.kind == kind)
        need(len(set().union(*own.values(), *claimed.values())) > 1, "two bodies must stand behind it")

    def on_text(self, i, leaf, d, raw):
        need((d["text"], d["plan"], d["engine"]) == (leaf.text.hex(), leaf.plan.hex(), leaf.engine.hex()), "the leaf names another text")
        own, claimed = self.signatures(i, d, lambda t, act: act == "proposed" and t.kind == AGREEMENT and (t.agreement, t.version, t.body.get("use"), t.body.get("text")) == (d["agreement"], d["version"], "proposed", d["text"]))
        signed = own.get("proposed", set())
        need(leaf.signed <= len(signed), "the leaf says that %d signed, and %d did" % (leaf.signed, len(signed)))
        self.texts[leaf.text] = dict(d, ok=False, leaf=i, signed=signed, plans=self.texts.get(leaf.text, {}).get("plans", set()) | {(leaf.plan, leaf.engine)})
        b = self.store.read("text/" + d["text"])
        need(b is not None, "the files of the text are not there")
        need(H(b) == leaf.text, "the files are not the text that the leaf names")
        r, files = Reader(b), {}
        while r.i < len(b):
            path = r.text()
            need(not files or path > max(files), "the files are not in the order of their paths")
            files[path] = r.text()
        self.texts[leaf.text]["ok"] = True
        top = d["folder"] + "/" if d["folder"] else ""
        wanted = files.get((top + "witnesses.policy").encode())
        if wanted is not None and d["use"] == "in-force":
            need(wanted == self.raw_policy, "the policy is not the one that the signatories signed")

    def on_key(self, i, leaf, d, raw):
        if d["method"] == "ssh":
            wire = unbase64(d["public"].split()[1])
        else:
            need(d["method"] == "passkey" and d["host"] and d["origins"], "not a key")
            wire = unbase64(d["public"])
        need(d["key"] == key_id(wire), "the id is not that of the key")
        acts = {"begins": ("key-added", "vouches"), "ends": ("key-gone",)}[d["act"]]

        def fits(t, act):
            return t.kind == PERSON and (t.body.get("act") in acts and t.body.get("key") == d["key"] or d["act"] == "ends" and t.body.get("act") == "left")

        first = not any(body == d["body"] for _, body in self.ever)
        own, _ = self.signatures(i, d, fits)
        own = set().union(*own.values())
        if not first and not (own if d["act"] == "ends" else d["body"] in own):
            self.remark("key-unsigned", i, "a key of %s %s, and no older key signed that" % (d["body"], d["act"]))
        self.ever.add((d["key"], d["body"]))
        if d["act"] == "begins":
            self.keys[d["key"], d["body"]] = d
        else:
            self.keys.pop((d["key"], d["body"]), None)

    def on_policy(self, i, leaf, d, raw):
        if not any(x.kind == POLICY and j > i for j, x in self.leaves.items()):
            if self.whole:
                need(d["policy"].encode("utf-8") == self.raw_policy, "the policy is not the one that the log says it is")

    def under(self, leaf):
        """What is said under a text holds where the log has taken up that text, and its files are its own."""
        t = self.texts.get(leaf.text)
        if t is None:
            need(not self.whole or any(x[0] == "part" for x in self.remarks), "the log never took up the text that this was said under")
            return self.remark("part", leaf.index, "the text that this was said under is not there")
        need(t["ok"], "the text that this was said under is not the one that was taken up")
        need((leaf.plan, leaf.engine) in t["plans"], "the rules are not those of the text")

    def derived(self, i, o):
        if o["gone"] and not o["said"]:
            return
        if not all(s["asked"] for s in o["said"]) or not o["said"]:
            self.findings["claimed"] += 1
            return self.remark("claimed", i, "an outcome without its answers")
        for s in o["said"]:
            derive(s)
        self.findings["derived"] += 1

    def on_outcome(self, i, leaf, d, raw):
        self.under(leaf)
        self.derived(i, d)
        results = {s["result"] for s in d["said"]}
        need(results <= set(RESULTS), "a result that is none")
        code = 7 if d["gone"] else 6 if len(results) > 1 else RESULTS.index(results.pop())
        need(leaf.code == code, "the leaf says another result than the document")

    def on_finding(self, i, leaf, d, raw):
        self.under(leaf)
        need(d["conclusion"], "nothing was concluded")
        c = d["conclusion"]
        need(c["occurrence"] == ["undetermined", "confirmed", "not-confirmed"][leaf.code], "the leaf says another occurrence than the document")
        concluded = H(b"truce/conclusion/v1\n", encode(raw["conclusion"])).hex()

        def fits(t, act):
            b = t.body
            return t.kind == STEP and act in ("sign", "dissent") and (b.get("step"), b.get("case"), b.get("of"), b.get("signs")) == (act, c["case"], c["number"], concluded)

        own, _ = self.signatures(i, d, fits)
        missing = any(x[:2] == ("not-checked", i) for x in self.remarks)
        signed = len(own.get("sign", ()))
        need(leaf.signed <= signed or missing, "the leaf says that %d signed, and %d did" % (leaf.signed, signed))
        for o in d["outcomes"]:
            need(c["simulated"] or not o["simulated"], "it rests on what is simulated, and does not say so")
            self.derived(i, o)
        if signed >= leaf.asked:
            self.findings["signed"] += 1
        else:
            self.findings["unsigned"] += 1
            self.remark("unsigned", i, "%d of %d that the agreement asks for signed with a key of their own" % (signed, leaf.asked))

    def on_correction(self, i, leaf, d, raw):
        need(d["leaf"] + 1 == leaf.subject, "the leaf is about another one than the document")

    def about(self, index):
        """A sealed leaf that is known."""
        need(index < self.checkpoint.size, "there is no such leaf")
        if index not in self.leaves:
            need(not self.whole, "there is no such leaf")
            return None
        need(self.leaves[index].kind == SEALED, "leaf %d is not sealed" % index)
        return self.leaves[index]

    def on_reveal(self, i, leaf, d, raw):
        salt = digest_of(d["salt"])
        data = unbase64(d["data"])
        need(d["place"] < 64 and len(d["path"]) == 6, "not a place of the tree")
        r = H(b"\0", commitment(d["group"], salt, data))
        for bit, h in enumerate(map(digest_of, d["path"])):
            r = H(b"\1", h, r) if d["place"] >> bit & 1 else H(b"\1", r, h)
        seal = H(b"truce/sealed/v1\n", text(d["id"].encode()), digest_of(d["record"]), r)
        of = self.about(d["leaf"])
        need(of is None or of.body == seal, "what is revealed is not what was sealed")
        self.two(i, d, CLASS)
        self.states[d["leaf"]] = "revealed"

    def on_padding(self, i, leaf, d, raw):
        for n, salt in enumerate(d["salts"]):
            of = self.about(d["from"] + n)
            need(of is None or of.body == H(b"truce/padding/v1\n", digest_of(salt)), "leaf %d is no padding" % (d["from"] + n))
            self.states.setdefault(d["from"] + n, "padding")

    def on_withheld(self, i, leaf, d, raw):
        self.two(i, d, CLASS)
        for n in d["leaves"]:
            self.about(n)
            if not d["until"] or d["until"] >= self.now:
                if self.states.get(n) not in ("revealed", "padding", "erased"):
                    self.states[n] = "withheld"

    def on_erasure(self, i, leaf, d, raw):
        self.two(i, d, ERASED)
        for n in d["leaves"]:
            self.about(n)
            if self.states.get(n) not in ("revealed", "padding"):
                self.states[n] = "erased"

    def on_report(self, i, leaf, d, raw):
        c = d["content"]
        need(isinstance(c, dict) and c.get("tier") == "public", "the report was not drawn up for the public")
        need((c.get("number"), c.get("from"), c.get("to"), c.get("simulated", False)) == (d["number"], d["from"], d["to"], d["simulated"]), "the report says something else of itself than its document")
        opened = "content", commitment("content", digest_of(d["salt"]), encode(raw["content"]))

        def fits(t, act):
            b = t.body
            return t.kind == ISSUED and t.tier == 4 and opened in t.commitments and (b.get("act"), b.get("number"), b.get("simulated", False)) == (d["act"], d["number"], d["simulated"]) and (
                moment(b.get("from")), moment(b.get("to"))) == (d["from"], d["to"])

        own, _ = self.signatures(i, d, fits)
        self.reports["signed" if own else "claimed"] += 1

    def on_pause(self, i, leaf, d, raw):
        self.paused = d["act"] == "paused"
        if not self.paused:  # whoever is in danger stops it alone; it takes two to go on
            self.two(i, d, PAUSED)

    def sealed(self):
        self.count = dict.fromkeys(("not_due", "revealed", "padding", "erased", "withheld", "overdue"), 0)
        overdue = []
        for i, leaf in self.leaves.items():
            if leaf.kind == SEALED:
                state = self.states.get(i) or ("not_due" if leaf.due >= self.now else "overdue")
                self.count[state] += 1
                if state == "overdue":
                    overdue.append(i)
        if overdue:
            self.remark("overdue", -1, "%d sealed leaves should have been revealed or withheld by now: %s" % (len(overdue), " ".join(map(str, overdue[:20]))))

    # What is said of it.

    def verdict(self):
        return "does-not-hold" if self.faults else "holds-with-remarks" if self.remarks else "holds"

    def report(self):
        count = dict.fromkeys(KINDS[1:], 0)
        for x in self.leaves.values():
            count[KINDS[x.kind]] += 1
        c, p = self.checkpoint, {"code": 0, "leaf": 1, "says": 2}
        many = lambda list: [{k: x[n] for k, n in p.items()} for x in list]
        return {"verdict": self.verdict(), "origin": c.origin, "size": c.size, "root": c.root.hex(), "whole": self.whole, "since": self.seen.size if self.seen else 0,
                "witnesses": {"count": self.n, "need": self.k, "lying": self.lying, "signed": len(c.signed), "met": self.policy.met(c.signed)}, "leaves": count,
                "findings": self.findings, "reports": self.reports, "sealed": self.count, "faults": many(self.faults), "remarks": many(self.remarks)}

    def write(self, out):
        r, c = self.report(), self.checkpoint
        say = lambda *a: print(*a, file=out)
        say("%s: %d leaves, root %s" % (c.origin, c.size, r["root"]))
        say("\nProved" if not self.faults else "\nDOES NOT HOLD")
        for code, leaf, why in self.faults:
            say("  %s%s: %s" % (code, "" if leaf < 0 else " (leaf %d)" % leaf, why))
        if not self.faults:
            say("  %s leaves are in the log: %s" % ("all" if self.whole else "%d" % len(self.leaves), ", ".join("%d %s" % (n, k) for k, n in r["leaves"].items() if n)))
            if self.seen:
                say("  nothing was changed or dropped since you looked last, at %d leaves" % self.seen.size)
            if c.signed:
                say("  seen by %d witnesses, the first at %s" % (len(c.signed), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(min(c.signed.values())))))
            say("  %(signed)d findings have the signatures that the agreement asks for; %(derived)d outcomes follow from their answers" % self.findings)
            say("  %(signed)d daily reports are as who issued them signed them" % self.reports)
        say("\nClaimed\n  the plan of a text; that the questions of an outcome are those of its rule; %(claimed)d outcomes without answers; %(unsigned)d findings signed by too few keys" % self.findings)
        say("\nWithheld\n  " + ", ".join("%d %s" % (n, k.replace("_", " ")) for k, n in self.count.items()))
        say("\nCannot be proved\n  that an observer told the truth; that what nobody recorded did not happen; that this is the only log, if you look for the first time; whose a key is")
        if self.remarks:
            say("\nRemarks")
        for code, leaf, why in self.remarks:
            say("  %s%s: %s" % (code, "" if leaf < 0 else " (leaf %d)" % leaf, why))


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("record", nargs="+", help="folder of an open record, or a bundle; several are checked one after the other")
    a.add_argument("--policy", help="file with the policy that you believe, instead of the record's own")
    a.add_argument("--seen", help="file with your own last checkpoint")
    a.add_argument("--keep", action="store_true", help="write the checkpoint to the file of --seen where it holds")
    a.add_argument("--now", type=int, default=int(time.time()), help="the present, in seconds since 1970")
    a.add_argument("--strict", action="store_true", help="take remarks for faults")
    a.add_argument("--json", action="store_true", help="one line of JSON for each record")
    q = a.parse_args()
    policy, seen, worst = None, None, 0
    try:
        if q.policy:
            with open(q.policy, "rb") as f:
                policy = f.read()
        if q.seen and os.path.exists(q.seen):
            with open(q.seen, "rb") as f:
                seen = f.read()
    except OSError as e:
        print("verify.py: %s" % e, file=sys.stderr)
        return 2
    for path in q.record:
        try:
            c = Check(Store(path), q.now, policy, seen)
        except (Bad, OSError, zipfile.BadZipFile) as e:
            worst = max(worst, 2)
            print(json.dumps({"verdict": "cannot-be-read", "says": str(e)}) if q.json else "%s cannot be read: %s" % (path, e))
            continue
        if q.json:
            print(json.dumps(c.report()))
        else:
            c.write(sys.stdout)
        if c.faults or (q.strict and c.remarks):
            worst = max(worst, 1)
        elif q.seen and q.keep:
            with open(q.seen, "wb") as f:
                f.write(c.checkpoint.raw)
    return worst


if __name__ == "__main__":
    sys.exit(main())
