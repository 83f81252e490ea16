"""Personal identifiers shown so that their owner knows them, and no one else."""

_DOT = "•"
_PERSONAL = {
    "same_business_licence": (2, 4),
    "near_business_licence": (2, 4),
    "different_business_licence": (2, 4),
    "same_legal_person_id": (0, 3),
    "near_legal_person_id": (0, 3),
    "different_legal_person_id": (0, 3),
    "same_phone": (3, 2),
    "near_phone": (3, 2),
    "same_bank_account": (0, 4),
    "near_bank_account": (0, 4),
    "same_payment_card": (0, 4),
    "same_tax_number": (2, 3),
    "near_tax_number": (2, 3),
    "shares_ip": (4, 0),
    "shares_device": (2, 2),
}


def mask_value(signal: str, value: str) -> str:
    """Mask a value by the signal that it belongs to; names of companies stay.

    >>> mask_value("same_phone", "+8613800138000")
    '+86•••••••••00'
    >>> mask_value("same_email", "li.wei@example.com")
    'l•••••@example.com'
    """
    if signal in {"same_email", "near_email"}:
        local, at, domain = value.partition("@")
        return local[:1] + _DOT * max(len(local) - 1, 3) + at + domain
    if signal in {"similar_legal_person_name", "different_legal_person_name"}:
        return " ".join(word[:1] + _DOT * (len(word) - 1) for word in value.split())
    if signal in {"similar_address", "different_address"}:
        return mask_address(value)
    if signal not in _PERSONAL:
        return value
    head, tail = _PERSONAL[signal]
    if len(value) <= head + tail + 1:
        return _DOT * len(value)
    end = value[len(value) - tail :] if tail else ""
    return value[:head] + _DOT * (len(value) - head - tail) + end


def mask_address(value: str) -> str:
    """Hide the numbers of an address: the street is shown, the door is not.

    >>> mask_address("Room 301, 15 Renmin Road")
    'Room •••, •• Renmin Road'
    """
    return "".join(_DOT if character.isdigit() else character for character in value)
