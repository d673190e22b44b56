"""Hostile requests by the hundred thousand, and what must be true of each answer."""
