"""One version of a dataset as one file, and back."""

from geo.backup.restore import Restored, restore
from geo.backup.write import BackedUp, back_up

__all__ = ["BackedUp", "Restored", "back_up", "restore"]
