"""Answers as files: a module for each kind, from records or a content to bytes."""

from geo.formats.records import Record, records
from geo.formats.sheet import to_csv

__all__ = ["Record", "records", "to_csv"]
