"""Who works at the desk and who writes to it, and the questions that deciding asks about them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from rules.vocabulary import Declared, Place, Wrong, mail_address, reference


class Engineer(Declared):
    """A person who answers mails. `categories` are those that come to them first; none means any."""

    address: Annotated[str, mail_address]
    name: str
    language: str | None = None
    categories: tuple[Annotated[str, reference("category")], ...] = ()


class People(Declared):
    """Everyone we know by name. `lead` is told what nobody else has looked after."""

    engineers: Annotated[tuple[Engineer, ...], Field(min_length=1)]
    lead: Annotated[str, mail_address]

    @field_validator("engineers")
    @classmethod
    def _once_each(cls, value: tuple[Engineer, ...]) -> tuple[Engineer, ...]:
        keys = [engineer.address.casefold() for engineer in value]
        twice: list[tuple[Place, str]] = [
            ((index, "address"), f"'{value[index].address}' is listed twice")
            for index, key in enumerate(keys)
            if key in keys[:index]
        ]
        if twice:
            raise Wrong(*twice)
        return value

    @model_validator(mode="after")
    def _lead_is_one_of_us(self) -> People:
        if self.engineer(self.lead) is None:
            raise Wrong((("lead",), f"'{self.lead}' is none of the engineers: list the lead there too"))
        return self

    def engineer(self, address: str) -> Engineer | None:
        """The engineer with this address, however it is capitalised."""
        key = address.casefold()
        return next((engineer for engineer in self.engineers if engineer.address.casefold() == key), None)

    def named(self, address_or_name: str) -> Engineer | None:
        """The engineer whom an order means: by address, by the part before the @, or by name."""
        key = address_or_name.strip().casefold()
        for engineer in self.engineers:
            address = engineer.address.casefold()
            if key and key in {address, address.partition("@")[0], engineer.name.casefold()}:
                return engineer
        return None

    def assignee_for(self, category: str) -> Engineer:
        """Who gets a ticket of this category: the first who names it, else the first who takes any, else the lead."""
        for engineer in self.engineers:
            if category in engineer.categories:
                return engineer
        for engineer in self.engineers:
            if not engineer.categories:
                return engineer
        lead = self.engineer(self.lead)
        return lead if lead is not None else self.engineers[0]
