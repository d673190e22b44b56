"""Areas that ship with the product, each a folder with an area file in it."""

from pathlib import Path

SHROPSHIRE = Path(__file__).parent / "shropshire" / "safermap.toml"
