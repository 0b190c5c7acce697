"""What the records of lecture.toml have in common: strict, frozen, without unknown keys; a fault knows its key."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FaultError(ValueError):
    """A fault of a value, and where in it."""

    def __init__(self, sentence: object, *keys: str | int) -> None:
        super().__init__(str(sentence))
        self.keys = keys


class Record(BaseModel):
    """What a field must be is its description: the sentences on wrong types are made of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def written_keys(cls) -> tuple[str, ...]:
        """The keys as they are written in the file."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def description(cls, key: str) -> str | None:
        """What is written for a key; None for a key that the record does not have."""
        found = {field.alias or name: field.description for name, field in cls.model_fields.items()}
        return found.get(key)
