"""Fetches open data from its publishers: addresses in one file, one client, one cache.

`police`, `arcgis`, `deprivation` and `population` each bring one kind of file into the cache;
`place` puts it where it is wanted. No other part of safermap needs the network.
"""
