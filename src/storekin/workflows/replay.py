"""A changed policy over what was compared, before it is published."""

from pathlib import Path

from storekin.policy.facts import Facts
from storekin.policy.replay import Replay, effect_name, outcome_name
from storekin.wording.catalog import load_words, say
from storekin.workflows.stored import is_stored, read_facts


def stored_facts(place: Path) -> Facts | None:
    """Read the facts of a scan's folder; None if *place* is something else."""
    return read_facts(place) if is_stored(place) else None


MOST_TOLD = 1000


def replay_as_json(found: Replay, facts: Facts) -> dict[str, object]:
    """Lay a replay out: counts, the stores both ways, and each changed pair."""
    ids = facts.stores.ids
    return {
        "old": found.old.name,
        "new": found.new.name,
        "stores": len(ids),
        "pairs": found.pairs,
        "changed_pairs": len(found.left),
        "stricter_stores": len(found.stricter),
        "milder_stores": len(found.milder),
        "stricter": _store_lines(found, facts, found.stricter.tolist()),
        "milder": _store_lines(found, facts, found.milder.tolist()),
        "pairs_changed": [
            {
                "left": ids[found.left[place]],
                "right": ids[found.right[place]],
                "before": _side(found.effect_before[place], found.before[place]),
                "after": _side(found.effect_after[place], found.after[place]),
                "because": list(found.because[place]),
            }
            for place in range(min(len(found.left), MOST_TOLD))
        ],
    }


def _store_lines(
    found: Replay, facts: Facts, stores: list[int]
) -> list[dict[str, object]]:
    return [
        {
            "store": facts.stores.ids[store],
            "before": outcome_name(int(found.store_before[store])),
            "after": outcome_name(int(found.store_after[store])),
        }
        for store in stores[:MOST_TOLD]
    ]


def _side(effect: int, outcome: int) -> dict[str, str]:
    return {"effect": effect_name(int(effect)), "outcome": outcome_name(int(outcome))}


def tell_replay(found: Replay, facts: Facts, language: str, most: int) -> list[str]:
    """Say a replay in sentences: the counts, then *most* changed pairs."""
    ids = facts.stores.ids
    if not len(found.left):
        return [
            say(language, "replay", "unchanged", pairs=found.pairs, stores=len(ids))
        ]
    words = load_words(language)["policy_word"]
    lines = [
        say(
            language,
            "replay",
            "counts",
            pairs=found.pairs,
            stores=len(ids),
            changed=len(found.left),
            stricter=len(found.stricter),
            milder=len(found.milder),
        )
    ]
    between = "、" if language == "zh" else ", "
    for place in range(min(len(found.left), most)):
        told = say(
            language,
            "replay",
            "pair",
            left=ids[found.left[place]],
            right=ids[found.right[place]],
            before=words[outcome_name(int(found.before[place]))],
            after=words[outcome_name(int(found.after[place]))],
        )
        rules = between.join(found.because[place])
        reason = say(language, "replay", "because", rules=rules)
        lines.append(f"  {told} ({reason})" if rules else f"  {told}")
    return lines
