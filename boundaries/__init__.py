"""Area packs that ship with the product. A pack is a folder with an `area.toml` in it."""

from pathlib import Path

SHROPSHIRE = Path(__file__).parent / "shropshire"
