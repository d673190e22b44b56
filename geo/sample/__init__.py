"""Illustrative incidents for the embedded area."""

from geo.sample.draw import write_sample

__all__ = ["write_sample"]
