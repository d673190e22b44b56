"""What catalogues are told of a layer: GEMINI, DCAT and the data dictionary."""
