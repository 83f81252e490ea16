"""Specimens: small cases that a policy author writes, and the facts that they mean.

A specimen is two stores. ``shares`` names signals whose value both give (``near`` those
that nearly agree, ``differs`` those that contradict); ``listings`` are pairs of their
listings; ``follows`` is what comes of it: outcome by effect, empty for nothing.
"""

import tomllib
from pathlib import Path

import numpy as np

from storekin.identity.model import IDENTITY_SIGNALS, signal_name
from storekin.listings.signals import DIFFERENCES, FIELDS, LEVELS, bit_of
from storekin.policy.decide import Decisions, decide
from storekin.policy.facts import (
    UNKNOWN_DAY,
    CatalogueFacts,
    Facts,
    IdentityFacts,
    StoreFacts,
)
from storekin.policy.load import find_policy
from storekin.policy.model import EFFECTS, OUTCOMES

FOLDER = Path(__file__).parents[1] / "specimens" / "policies"
KEYS = {
    "says",
    "shares",
    "near",
    "differs",
    "bits",
    "holders",
    "registrants",
    "operator",
    "declared",
    "need",
    "status",
    "sites",
    "opened",
    "catalogue",
    "listings",
    "follows",
}
PAIR_KEYS = {
    "level",
    "but_for_variants",
    "differs",
    "agrees",
    "given",
    "prices",
    "formats",
    "pages",
    "proven",
    "times",
}
STANDING = {"good": (1, False), "not_good": (0, False), "closed": (0, True)}
FORMATS = ("auction", "fixed_price")

Specimen = dict[str, object]


def all_specimens() -> list[tuple[str, Specimen]]:
    """Read every file: the policy's name, and each specimen."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        for specimen in data["specimen"]:
            assert set(specimen) <= KEYS, (path.name, set(specimen) - KEYS)
            found.append((path.stem, specimen))
    return found


def facts_of(specimen: Specimen) -> Facts:
    """Turn a specimen into the facts of two stores."""
    get = specimen.get
    told = [
        *((signal, get("bits", 12.0), True, False) for signal in get("shares", [])),
        *((signal, 6.0, False, True) for signal in get("near", [])),
        *((signal, -1.0, False, False) for signal in get("differs", [])),
    ]
    near_names = {signal_name(s, near=True): s for s in IDENTITY_SIGNALS}
    rows = sorted(
        (IDENTITY_SIGNALS.index(near_names[s] if near else s), bits, exact, near)
        for s, bits, exact, near in told
    )
    count = len(rows)
    stores = StoreFacts(
        ids=["left", "right"],
        site=_numbers(get("sites")),
        operator=np.array([0, 0] if get("operator") else [-1, -1]),
        standing=np.array(
            [STANDING[s][0] if s else -1 for s in get("status", ["", ""])], np.int8
        ),
        closed=np.array([bool(s) and STANDING[s][1] for s in get("status", ["", ""])]),
        opened=np.array(get("opened", [UNKNOWN_DAY] * 2), np.int64),
        group=np.array([0, 0] if get("declared") else [-1, -1]),
        need=np.array([bool(get("need"))] * 2),
        listings=np.array([get("catalogue", 4)] * 2),
    )
    identity = IdentityFacts(
        signals=list(IDENTITY_SIGNALS),
        near_signals=[signal_name(s, near=True) for s in IDENTITY_SIGNALS],
        left=np.zeros(min(count, 1), np.int64),
        right=np.ones(min(count, 1), np.int64),
        pair=np.zeros(count, np.int64),
        signal=np.array([row[0] for row in rows], np.int64),
        bits=np.array([row[1] for row in rows], np.float64),
        exact=np.array([row[2] for row in rows], np.bool_),
        near=np.array([row[3] for row in rows], np.bool_),
        holders=np.full(count, get("holders", 2)),
        registrants=np.full(count, get("registrants", 2)),
        prior_bits=-12.0,
    )
    return Facts(
        stores=stores, identity=identity, catalogues=_catalogues(get("listings", []))
    )


def _numbers(names: object) -> np.ndarray:
    if names is None:
        return np.array([-1, -1])
    return np.array([sorted(set(names)).index(name) for name in names])


def _catalogues(pairs: list[Specimen]) -> CatalogueFacts | None:
    """Lay out pairs of listings, each of two listings of its own.

    A pair of several ``times`` is a product of which each store has so many listings.
    """
    if not pairs:
        return None
    left, right, owners, rows = [], [], [], []
    prices, formats, pages = [], [], []
    for pair in pairs:
        assert set(pair) <= PAIR_KEYS, set(pair) - PAIR_KEYS
        times = pair.get("times", 1)
        first = len(owners)
        for side in range(2):
            for _ in range(times):
                owners.append(side)
                prices.append(pair.get("prices", [20.0, 20.0])[side])
                told = pair.get("formats", ["", ""])[side]
                formats.append(FORMATS.index(told) if told else -1)
                page = pair.get("pages", ["", ""])[side]
                pages.append(hash(page) % 10_000 if page else -1)
        for one in range(times):
            for other in range(times):
                left.append(first + one)
                right.append(first + times + other)
                rows.append(pair)
    level = [LEVELS.index(row["level"]) for row in rows]
    variants = [LEVELS.index(row.get("but_for_variants", row["level"])) for row in rows]
    return CatalogueFacts(
        owners=np.array(owners, np.int32),
        prices=np.array(prices, np.float64),
        currencies=np.zeros(len(owners), np.int64),
        formats=np.array(formats, np.int64),
        format_names=FORMATS,
        pages=np.array(pages, np.int64),
        created=np.full(len(owners), UNKNOWN_DAY),
        left=np.array(left, np.int64),
        right=np.array(right, np.int64),
        level=np.array(level, np.int8),
        variant_level=np.array(variants, np.int8),
        probability=np.full(len(rows), 0.99),
        seen=np.array([row.get("proven", True) for row in rows], np.bool_),
        agrees=_bits(rows, "agrees", FIELDS, ["picture", "title"]),
        given=_bits(rows, "given", FIELDS, ["picture", "title"]),
        differs=_bits(rows, "differs", DIFFERENCES, []),
    )


def _bits(
    rows: list[Specimen], key: str, names: tuple[str, ...], usual: list[str]
) -> np.ndarray:
    return np.array(
        [sum(bit_of(n, names) for n in row.get(key, usual)) for row in rows], np.int32
    )


def follows(decisions: Decisions) -> dict[str, str]:
    """Give what was decided: the outcome by effect."""
    return {
        EFFECTS[effect]: OUTCOMES[outcome]
        for effect, outcome in zip(
            decisions.effect.tolist(), decisions.outcome.tolist(), strict=True
        )
    }


def decide_specimen(policy: str, specimen: Specimen) -> dict[str, str]:
    """Decide one specimen under one policy."""
    return follows(decide(facts_of(specimen), find_policy(policy)))
