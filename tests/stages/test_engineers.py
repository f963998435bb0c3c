"""Engineers work by mail: their words reach the customer, their orders are carried out, and their notes stay inside."""

from __future__ import annotations

from email.message import Message

import pytest

from rules.model import Change, InternalNote, PublicMessage, Status
from tests.house import ENGINEER, LEAD, House, Shift
from tests.letters import answer, letter, subject_of, text_of
from tests.stages.scenes import assert_still_at_work, heard_last, journal, open_ticket, remarks, ticket_of, told, words

ANN, WANG = "ann@customer.test", f"Wang <{ENGINEER}>"
PIXEL = b"\x89PNG\r\n\x1a\n" + b"\0" * 60


def _notice(house: House, number: str) -> Message:
    """What the assignee was told when the ticket was opened."""
    return next(mail for mail in told(house, number) if mail["To"] == ENGINEER)


def _write(house: House, shift: Shift, number: str, text: str) -> None:
    house.post(answer(_notice(house, number), WANG, text))
    shift.turn()


def _with_logo(raw: bytes) -> bytes:
    """The mail with a signature's little picture in it, as Outlook sends it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = [line for line in head.split(b"\r\n") if not line.startswith((b"Content-", b"MIME-"))]
    kind = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    text = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body
    logo = b"\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\n" + PIXEL
    return b"\r\n".join(fields) + b"\r\n" + kind + text + logo + b"\r\n--b--\r\n"


def test_closing_with_words_sends_one_mail_with_them(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        _write(house, shift, number, "#close\nReplaced the fuse.")
        assert ticket_of(house, number).status is Status.CLOSED
        ack, last = house.sent(ANN)
        assert number in subject_of(ack) and number in subject_of(last)
        assert "Replaced the fuse" in text_of(last) and "#close" not in text_of(last)
        assert_still_at_work(house, shift)


def test_closing_without_words_sends_the_closing_alone(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _write(small_house, shift, number, "#close")
        assert ticket_of(small_house, number).status is Status.CLOSED
        assert len(small_house.sent(ANN)) == 2


@pytest.mark.parametrize("logo", [False, True], ids=["plain", "with the logo of a signature"])
def test_assigning_tells_the_new_one_and_not_the_customer(small_house: House, *, logo: bool) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        raw = answer(_notice(small_house, number), WANG, "#assign lead", quoting=False)
        small_house.post(_with_logo(raw) if logo else raw)
        shift.turn()
        assert ticket_of(small_house, number).assignee == LEAD
        assert len(small_house.sent(ANN)) == 1, "an order alone says nothing to the customer"
        [assigned] = [mail for mail in small_house.sent(LEAD) if mail["X-Postdesk-Ticket"] == number]
        assert number in subject_of(assigned)
        changes = [entry for _, entry in journal(small_house, number) if isinstance(entry, Change)]
        assert (changes[-1].field, changes[-1].new, changes[-1].because) == ("assignee", LEAD, "#assign")
        assert_still_at_work(small_house, shift)


def test_a_note_and_its_files_reach_no_customer_through_the_whole_life(house: House) -> None:
    secret = "The customer is difficult: MARKER-4711"
    with house.shift() as shift:
        number = open_ticket(house, shift)
        notice = _notice(house, number)
        raw = letter(
            WANG,
            f"Re: {subject_of(notice)}",
            f"#note\n{secret}",
            to=str(notice["Reply-To"]),
            headers={"In-Reply-To": str(notice["Message-ID"])},
            files={"inside.txt": b"MARKER-4712 inside only"},
        )
        house.post(raw)
        shift.turn()
        assert words(house, number, InternalNote) == [secret]
        assert len(house.sent(ANN)) == 1
        _write(house, shift, number, "We are on it.")
        house.post(answer(house.sent(ANN)[-1], ANN, "Thanks, and?"))
        shift.turn()
        _write(house, shift, number, "#close\nDone.")
        mails = [mail for each in ("ann@customer.test",) for mail in house.sent(each)]
        assert len(mails) == 3
        parts = [part for mail in mails for part in mail.walk() if not part.is_multipart()]
        said = b"".join(part.get_payload(decode=True) or b"" for part in parts)  # type: ignore[misc]  # decoded payloads are bytes
        assert b"MARKER" not in said and "MARKER" not in "".join(map(subject_of, mails))
        assert_still_at_work(house, shift)


def test_a_note_that_closes_sends_the_closing_without_the_note(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _write(small_house, shift, number, "#note\n#close\nSpammer. MARKER")
        assert ticket_of(small_house, number).status is Status.CLOSED
        assert "MARKER" not in text_of(small_house.sent(ANN)[-1])
        assert words(small_house, number, InternalNote) == ["Spammer. MARKER"]


REFUSED = {
    "an unknown order": ("#closee\nDone.", "unknown"),
    "one good and one unknown": ("#close\n#frobnicate now\nDone.", "unknown"),
    "an engineer who is none": ("#close\n#assign nobody", "nobody-of-that-name"),
    "a note without words": ("#note", "no-words"),
    "nothing at all": ("", "no-words"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_orders_are_carried_out_all_or_none(small_house: House, text: str, reason: str) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        before = ticket_of(small_house, number)
        _write(small_house, shift, number, text)
        after = ticket_of(small_house, number)
        assert (after.status, after.assignee) == (before.status, before.assignee)
        assert len(small_house.sent(ANN)) == 1
        assert remarks(small_house, number)["refused"].endswith(reason)
        assert "not carried out" in text_of(told(small_house, number)[-1])
        assert_still_at_work(small_house, shift)


def test_a_ticket_that_is_closed_is_not_closed_again(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _write(small_house, shift, number, "#close")
        _write(small_house, shift, number, "#close\nAgain.")
        assert remarks(small_house, number)["refused"] == "#close wrong-status"
        assert len(small_house.sent(ANN)) == 2


def test_a_refusal_speaks_the_language_of_the_engineer(small_house: House) -> None:
    with small_house.shift() as shift:
        small_house.post(letter(subject="你好", text="有事相问"))
        shift.turn()
        [number] = small_house.numbers()
        assert ticket_of(small_house, number).assignee == LEAD
        small_house.post(answer(small_house.sent(LEAD)[0], LEAD, "#关单"))
        shift.turn()
        refusal = small_house.sent(LEAD)[-1]
        assert "#关单" in text_of(refusal)
        assert "没有执行" in text_of(refusal) or "未执行" in text_of(refusal)


def test_a_busy_engineer_still_hears_that_an_order_was_refused(small_house: House) -> None:
    with small_house.shift() as shift:
        small_house.post(*(letter(f"c{n}@customer.test") for n in range(30)))
        shift.turn()
        number = str(small_house.sent(ENGINEER)[0]["X-Postdesk-Ticket"])
        _write(small_house, shift, number, "#closee")
        assert "not carried out" in text_of(small_house.sent(ENGINEER)[-1])


def test_an_order_below_other_words_or_in_a_quotation_is_text(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _write(small_house, shift, number, "Please try again.\n#close")
        assert ticket_of(small_house, number).status is Status.OPEN
        assert "#close" in text_of(small_house.sent(ANN)[-1])


@pytest.mark.parametrize("spelled", ["#CLOSE", "＃close", "  #close  ", "\n\n#close"])
def test_an_order_is_understood_however_a_keyboard_spells_it(small_house: House, spelled: str) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        _write(small_house, shift, number, spelled)
        assert ticket_of(small_house, number).status is Status.CLOSED


def test_somebody_with_an_engineers_address_and_no_token_is_kept_inside(house: House) -> None:
    with house.shift() as shift:
        number = open_ticket(house, shift)
        mails = len(house.sent(ANN))
        house.post(letter(WANG, f"Re: [{number}]", "#close\nSend the money to MARKER."))
        shift.turn()
        assert heard_last(house, number) == ("subject-number", "known")
        assert ticket_of(house, number).status is Status.NEW
        assert len(house.sent(ANN)) == mails
        assert words(house, number, InternalNote) == ["#close\nSend the money to MARKER."]
        assert "unverified" in remarks(house, number)
        assert "MARKER" not in text_of(told(house, number)[-1]), "what may be forged is not sent on as theirs"
        assert_still_at_work(house, shift)


def test_an_order_of_a_customer_is_only_text(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        small_house.post(answer(small_house.sent(ANN)[0], ANN, "#close"))
        shift.turn()
        assert ticket_of(small_house, number).status is Status.NEW
        assert words(small_house, number, PublicMessage)[-1] == "#close"


def test_an_engineer_who_was_taken_off_the_list_can_do_nothing(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        notice = _notice(small_house, number)
    people = small_house.folder / "people.yaml"
    people.write_text(people.read_text("utf-8").replace(ENGINEER, "zhao@desk.test"), "utf-8")
    with small_house.shift() as shift:
        small_house.post(answer(notice, WANG, "#close"))
        shift.turn()
        assert ticket_of(small_house, number).status is Status.NEW
        assert words(small_house, number) == ["It prints nothing since this morning."]


def test_the_same_order_delivered_twice_is_carried_out_once(small_house: House) -> None:
    with small_house.shift() as shift:
        number = open_ticket(small_house, shift)
        raw = answer(_notice(small_house, number), WANG, "Try again.")
        small_house.post(raw, b"Received: from elsewhere\r\n" + raw)
        shift.turn()
        assert words(small_house, number)[1:] == ["Try again."]
        assert len(small_house.sent(ANN)) == 2
