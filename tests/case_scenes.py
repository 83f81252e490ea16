"""A case as tests open it: two stores, evidence with values that tell them apart."""

from datetime import UTC, datetime

from storekin.cases.act import act
from storekin.cases.case import Case, follow, read_case
from storekin.cases.events import Actor, CaseEvent
from storekin.cases.readiness import Exhibit

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KIM, LEE, ROY = Actor("kim", "reviewer"), Actor("lee", "lead"), Actor("roy", "reviewer")
ANN = Actor("ann", "seller")

OPENED = {
    "left": "fern-left",
    "right": "oak-right",
    "store": "oak-right",
    "platform": "aliexpress",
    "policy": "aliexpress+eu@2026.2",
    "digest": "0123",
    "effect": "duplicate_registration",
    "outcome": "close_store",
    "territory": [],
    "evidence": [
        {
            "id": "e-1",
            "found_as": "e-0f1e2d3c4b",
            "signal": "same_phone",
            "bits": 19.0,
            "left": "+49••••01",
            "right": "0049•••01",
            "said": "same",
        },
        {
            "id": "e-2",
            "found_as": "e-5a6b7c8d9e",
            "signal": "similar_company_name",
            "bits": -0.5,
            "left": "Fern Handel GmbH",
            "right": "Oak Trade Ltd",
            "said": "different",
        },
    ],
    "rule": {
        "because": "A mobile phone number registers one account.",
        "because_zh": "一个手机号只能注册一个账号。",
        "source": ["a page"],
        "source_zh": ["某页面"],
        "confidence": "low",
    },
    "appeal": {
        "length": "P6M",
        "tries": 2,
        "because": "An association can be appealed.",
        "because_zh": "关联可以申诉。",
        "documents": ["purchase_invoices", "letter"],
        "paths": [],
    },
    "laws": [
        {
            "id": "out_of_court",
            "because": "A body may settle it.",
            "because_zh": "可由机构解决。",
        }
    ],
}

EXHIBIT = Exhibit(
    number=1,
    kind="purchase_invoices",
    name="r1.pdf",
    digest="0" * 64,
    date="2026-02-01",
    fields={"number": "R-77"},
)

DECIDED = {
    "finding": "associated",
    "outcome": "close_store",
    "reason": "One phone.",
    "evidence": ["e-1"],
}
GROUNDS = [{"evidence": "e-1", "ground": "disputed", "text": "It is an agent's."}]


class Story:
    """A case told move by move, an hour apart."""

    def __init__(self, **opened: object) -> None:
        self.at = START
        self.events: list[CaseEvent] = []
        self.case: Case | None = None
        self.then("open", KIM, {**OPENED, **opened})

    def then(self, kind: str, by: Actor, data: object = None, hours: float = 1) -> Case:
        """Make the next move."""
        from datetime import timedelta

        self.at += timedelta(hours=hours)
        event = act(self.case, kind, by, self.at, data)  # type: ignore[arg-type]
        self.events.append(event)
        self.case = follow(self.case, event)
        assert self.case == read_case(self.events)
        return self.case

    def decided(self) -> Case:
        """Go as far as a severe decision that two persons took."""
        self.then("take_up", KIM)
        self.then("decide", KIM, DECIDED)
        return self.then("confirm", LEE)

    def told(self) -> Case:
        """Go as far as the seller's being told."""
        self.decided()
        return self.then("notify", KIM, {"statement": {"en": {}}})
