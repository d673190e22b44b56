"""The spatial module: incidents, areas, the join, the measures, the dataset. No web in it."""
