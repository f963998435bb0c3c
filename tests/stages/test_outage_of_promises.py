"""After two days without a daemon every ticket is looked after once, a few at a time (T-SL-03)."""

from __future__ import annotations

from collections import Counter

from tests.house import ENGINEER, LEAD, House
from tests.letters import letter

TICKETS, PER_MINUTE = 40, 16


def said(house: House) -> Counter[tuple[str, str]]:
    """How many mails of each kind there are about each ticket, beside those that answered its first mail."""
    query = "SELECT ticket_number, recipient FROM outbox WHERE kind IN ('progress', 'overdue')"
    return Counter((row.ticket_number, row.recipient) for row in house.rows(query))


def test_a_two_day_outage_ends_with_one_mail_for_each_reader_of_each_ticket_at_the_set_pace(small_house: House) -> None:
    small_house.settings["sweep"] = {"interval": "1s", "per_minute": PER_MINUTE}
    small_house.write()
    customers = [f"ann{number}@customer.test" for number in range(TICKETS)]
    small_house.post(*map(letter, customers))
    small_house.once()
    small_house.clock.pass_time(days=2)
    with small_house.shift() as shift:
        waves = []
        for _ in range(3):
            shift.turn()
            waves.append(len({number for number, _ in said(small_house)}))
            shift.turn()
            assert len({number for number, _ in said(small_house)}) == waves[-1], "no more within the minute"
            small_house.clock.pass_time(minutes=1)
        assert waves == [PER_MINUTE, 2 * PER_MINUTE, TICKETS]
        shift.turn()
    counted = said(small_house)
    assert set(counted.values()) == {1}, "the latest slot and the highest level, once"
    readers = Counter(recipient for _, recipient in counted)
    assert readers == Counter(dict.fromkeys(customers, 1)) + Counter({ENGINEER: TICKETS, LEAD: TICKETS})
