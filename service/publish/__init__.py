"""The command `safermap publish`: layers and their metadata as tables of a PostGIS database."""
