"""Networks and devices are counted, and what everybody shares says nothing."""

from portfolios import portfolio_from
from stdnum.cn import uscc

from storekin.policy.load import find_policy
from storekin.workflows.remedies import find_remedies
from storekin.workflows.scan import ScanResult, scan_portfolio


def licence(number: int) -> str:
    first = f"9144030{number % 10}MA{number:07d}"
    return first + str(uscc.calc_check_digit(first))


def scan_network(stores: int) -> ScanResult:
    """So many stores of distinct registrants, on one network address."""
    registrations = [
        {"store": f"s{number:03d}", "business_licence": licence(number)}
        for number in range(stores)
    ]
    access = [{"store": row["store"], "ip": "203.0.113.9"} for row in registrations]
    return scan_portfolio(
        portfolio_from(registrations=registrations, access=access),
        find_policy("aliexpress"),
    )


def test_a_crowded_network_is_advised_against_and_no_more() -> None:
    """From the sixth store on a notice says by how many the advice is passed."""
    result = scan_network(8)
    (notice,) = result.notices
    (remedy,) = find_remedies(result)

    assert result.associations == ()
    assert (notice.effect, notice.outcome, notice.spare) == ("advisory", "notice", 3)
    assert remedy.action == "move_accounts"
    assert "3 of them" in remedy.because["en"]


def test_five_stores_on_a_network_are_no_news() -> None:
    """The advice is not more than five."""
    assert scan_network(5).notices == ()


def test_a_network_of_very_many_is_a_providers() -> None:
    """A provider's address, or an office building's, advises nothing to anyone."""
    result = scan_network(60)
    (notice,) = result.notices

    assert notice.spare == 0
    assert "office building" in notice.evidence[0].because
    assert find_remedies(result) == ()
