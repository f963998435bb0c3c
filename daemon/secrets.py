"""Secrets named by where they are kept, and read only when they are needed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from rules.vocabulary import Declared

_ADVICE = (
    "a secret does not belong into this file: write {file: /path/of/a/file/with/mode/0600}, {env: NAME} "
    "or {credential: NAME} (systemd LoadCredential)"
)


class SecretUnreadable(Exception):
    """A secret that cannot be had. The message names its source and never its content."""


class Secret(Declared):
    """Exactly one of a file, an environment variable, or a credential that systemd hands over."""

    model_config = ConfigDict(hide_input_in_errors=True)

    file: Path | None = Field(
        default=None, description="A file that only its owner may read; relative to the settings file."
    )
    env: str | None = Field(default=None, description="The name of an environment variable.")
    credential: str | None = Field(
        default=None, description="A name in $CREDENTIALS_DIRECTORY (systemd LoadCredential=)."
    )

    @model_validator(mode="before")
    @classmethod
    def _named_not_written(cls, value: Any) -> Any:
        if isinstance(value, Secret):
            return value
        if not isinstance(value, dict):
            raise ValueError(_ADVICE)
        if len(value.keys() & {"file", "env", "credential"}) > 1:
            raise ValueError("name one place for the secret, not several")
        if not value:
            raise ValueError(_ADVICE)
        return value

    @field_validator("file", mode="after")
    @classmethod
    def _beside_the_settings(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        folder = (info.context or {}).get("folder") if isinstance(info.context, dict) else None
        return folder / value if folder is not None and value is not None else value

    @property
    def source(self) -> str:
        """Where the secret is kept, in words fit for a message."""
        if self.file is not None:
            return f"file {self.file}"
        return f"environment variable {self.env}" if self.env is not None else f"credential {self.credential}"

    def read(self) -> str:
        """The secret itself, without one trailing line end. Raises `SecretUnreadable`."""
        if self.env is not None:
            return self._from_environment(self.env)
        if self.file is not None:
            return self._from_file(self.file, forbidden=0o077)
        # The manager lets this service alone read it, by an access list that stat shows as a right of the group.
        return self._from_file(self._credential_file(), forbidden=0o007)

    def _credential_file(self) -> Path:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise SecretUnreadable(
                f"{self.source}: $CREDENTIALS_DIRECTORY is not set (LoadCredential= in the unit sets it)"
            )
        return Path(folder) / str(self.credential)

    def _from_environment(self, name: str) -> str:
        value = os.environ.get(name)
        if not value:
            raise SecretUnreadable(f"{self.source} is not set")
        return value.removesuffix("\n")

    def _from_file(self, path: Path, forbidden: int) -> str:
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise SecretUnreadable(f"{self.source} cannot be read: {reason}") from None
        if mode & forbidden:
            raise SecretUnreadable(f"{self.source} can be read by others (mode {mode & 0o777:04o}): chmod 600 it")
        if not text.strip():
            raise SecretUnreadable(f"{self.source} is empty")
        return text.removesuffix("\n").removesuffix("\r")
