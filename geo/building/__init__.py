"""From files to a dataset on disk: parts, what is settled between them, versions."""
