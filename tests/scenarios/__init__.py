"""Timelines of the handbooks' promises: who wrote what when, and every mail that the desk sent, in full.

A timeline is a text that people read: it is the manual of its pack as much as its test. It begins with comments that
name the rows of the handbook. Each block begins with `==`, an instant in the desk's zone, and what happened:

    == 2026-11-23 09:05 from ann@customer.test      a mail to the desk: with a Subject, a new one; without, an answer to
                                                    the last that this address got (`Answering: TS-…` says which)
    == 2026-11-23 09:05 to ann@customer.test        a mail that the desk sent
    == 2026-11-24 18:00 end                         how the tickets stand in the end

People write the blocks `from` and `end`; `python -m tests.scenarios` plays them through the real stages and writes the
others, so that a change of a pack shows as a difference to be read before it is kept.
"""
