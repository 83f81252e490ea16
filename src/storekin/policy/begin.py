"""The beginning of a policy of one's own: a variant of a shipped one."""

from datetime import UTC, datetime

from storekin.policy.model import Policy

_TEXT = """\
# A policy of your own. It is based on {base}: name here only what is other, the rest
# stays. `storekin policy show {base}` prints what that is, docs/policies.md explains
# the keys, and `storekin policy lint FILE` names all faults at once.
schema = 1
id = "{name}"
based_on = "{base}"
version = "{year}.1"
effective_on = {today}
read_on = {today}
platform = "{platform}"
title = "{name}: what is other than in {base}"
title_zh = "{name}：与 {base} 不同之处"

[sources]
# key: where it was read
own = "our own seller agreement"

# A rule that is other. Remove the marks and edit; effect is one of unique, links,
# advisory_limit, ignored, unknown.
# [signals.same_bank_account]
# effect = "unique"
# source = ["own"]
# confidence = "high"
# because = "A bank account receives the money of one seller account."
# because_zh = "一个银行账户只能用于一个卖家账号。"
"""


def begin_policy(name: str, base: Policy) -> str:
    """Write the text of a variant of *base* that says nothing other yet.

    >>> from storekin.policy.load import find_policy, read_policy
    >>> text = begin_policy("mine", find_policy("ebay"))
    >>> read_policy(text.encode(), "mine.toml").platform
    'ebay'
    """
    today = datetime.now(tz=UTC).date()
    return _TEXT.format(
        name=name,
        base=base.id,
        year=today.year,
        today=today.isoformat(),
        platform=base.platform,
    )
