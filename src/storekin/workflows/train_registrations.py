"""Weights of registrations learnt from a portfolio of one's own."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import MissingColumnError, TrainingDataError
from storekin.identity.blocking import propose_pairs
from storekin.identity.hubs import judge_commonness
from storekin.identity.learning import (
    Learnt,
    learn_habits,
    learn_labels,
    write_identity_model,
)
from storekin.identity.model import load_identity_model
from storekin.identity.values import collect_values
from storekin.records.portfolio import Portfolio

Step = Callable[[str], None]
_SAME = ("1", "1.0", "true", "same", "yes")


def learn_registration_weights(
    portfolio: Portfolio,
    labels: pa.Table | None = None,
    on_step: Step | None = None,
) -> tuple[str, Learnt]:
    """Learn weights, as text: from the registrations alone, or from labelled pairs.

    ``labels`` has the columns ``left`` and ``right`` (stores of the portfolio) and
    ``label`` (1 where one seller has both, else 0).

    Raises:
        MissingColumnError: If ``labels`` lacks one of them.
        TrainingDataError: If no pair is labelled the same.
    """
    say = on_step or (lambda _: None)
    ids = portfolio.store_ids()
    values = collect_values(ids, portfolio.registrations, portfolio.access, on_step)
    model = load_identity_model()
    say("learning")
    if labels is None:
        fitted = model.among(len(values))
        left, right = propose_pairs(values, judge_commonness(values, fitted))
        learnt = learn_habits(
            left, right, values, lambda own: judge_commonness(values, own), model
        )
        how = "without labels"
    else:
        left, right, same = _labelled(labels, ids)
        common = judge_commonness(values, model.among(len(values)))
        learnt = learn_labels(left, right, same, values, common, model)
        how = f"by {len(same)} labelled pairs"
    return write_identity_model(learnt, len(values), how), learnt


def _labelled(
    labels: pa.Table, ids: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    for column in ("left", "right", "label"):
        if column not in labels.column_names:
            raise MissingColumnError.at("the labels", column, labels.column_names)
    known = pa.array(ids, pa.string())
    left, right = (
        pc.fill_null(pc.index_in(labels[side].cast(pa.string()), known), -1).to_numpy()
        for side in ("left", "right")
    )
    said = pc.utf8_lower(pc.utf8_trim_whitespace(labels["label"].cast(pa.string())))
    same = pc.is_in(said, pa.array(_SAME)).to_numpy()
    found = (left >= 0) & (right >= 0) & (left != right)
    if not same[found].any():
        raise TrainingDataError(
            "no pair of two stores of the table is labelled 1",
            "name pairs of its stores as left and right, with label 1 or 0",
        )
    one = np.minimum(left, right)[found].astype(np.int64)
    other = np.maximum(left, right)[found].astype(np.int64)
    return one, other, same[found]
