"""The one tree of errors. Every message is a sentence a user can act on."""


class SafermapError(Exception):
    """Something safermap can explain: what was wrong, where, and what would be right."""


class InputError(SafermapError):
    """A file that cannot be read as incidents or areas."""


class DatasetError(SafermapError):
    """A prepared dataset that is missing, unfinished or made by another version."""


class ExpiredError(DatasetError):
    """A dataset that holds records longer than whoever gave them allows."""


class QuestionError(SafermapError):
    """A question with an unknown or contradictory part: theme, period, place, bbox, format."""


class UnfitError(QuestionError):
    """A part of a question that is right by itself, but does not go with the other parts.

    `part` is the parameter that the question can be asked without: source, datetime or compare.
    """

    def __init__(self, part: str, words: str) -> None:
        super().__init__(words)
        self.part = part


class HiddenError(SafermapError):
    """A count that is not shown to anyone, so that nobody can be told from it."""


class UnknownNameError(SafermapError):
    """An address that names nothing: a town, a layer, a feature."""


class FetchError(SafermapError):
    """A publisher that cannot be reached, or whose answer cannot be used."""


class PublishError(SafermapError):
    """A database that cannot be reached, or where tables cannot be published."""


class StorageError(SafermapError):
    """A file that cannot be made, because the disk does not take it."""


class BusyError(SafermapError):
    """An answer that takes longer than anybody is let wait."""


class ConflictError(SafermapError):
    """Something that cannot be done as things stand, such as what one alone may do at a time."""


class AuditError(StorageError):
    """An audit log that was altered or cut, so that nothing may be added to it."""


class AccessError(SafermapError):
    """Tokens or keys that cannot be read, or a service that would let in whom it must not."""
