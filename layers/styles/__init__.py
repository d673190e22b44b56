"""How a layer is drawn elsewhere: one style, written for QGIS (QML) and as SLD."""
