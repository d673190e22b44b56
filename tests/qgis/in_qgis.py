"""Runs in QGIS's own Python: opens layers, styles and project of a server, says what it saw.

Arguments: the address of the server, a folder that has LAYER.qml, LAYER.sld, alone.qlr and
project.qgs, all layers, and those to draw. Prints one JSON object; pictures go into the folder.
"""

import json
import sys
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayerDefinition,
    QgsLayerTreeModel,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

DRAWN, DPI = QSize(810, 690), 96  # as the map of a layer's page


def opened(base: str, name: str) -> QgsVectorLayer:
    source = f"typename='{name}' url='{base}/' version='OGC_API_FEATURES' pagingEnabled='true'"
    return QgsVectorLayer(source, name, "OAPIF")


def classes(layer: QgsVectorLayer) -> list[dict[str, Any]]:
    """What the legend of a layer has, and how many features QGIS itself draws with each class."""
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    context.expressionContext().appendScopes(
        QgsExpressionContextUtils.globalProjectLayerScopes(layer)
    )
    renderer.startRender(context, layer.fields())
    held: dict[str, int] = {}
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        for key in renderer.legendKeysForFeature(feature, context):
            held[key] = held.get(key, 0) + 1
    renderer.stopRender(context)
    return [
        {
            "words": item.label(),
            "colour": item.symbol().color().name(),
            "held": held.get(item.ruleKey(), 0),
        }
        for item in renderer.legendSymbolItems()
        if item.symbol()  # the heading has none
    ]


def styled(base: str, folder: Path, name: str) -> dict[str, Any]:
    layer = opened(base, name)
    found = {"valid": layer.isValid(), "count": layer.featureCount(), "crs": layer.crs().authid()}
    found["fetched"] = sum(1 for _ in layer.getFeatures())
    words, told = layer.loadNamedStyle(str(folder / f"{name}.qml"))
    found["qml"] = {"loaded": told, "words": words, "classes": classes(layer)}
    found["qml"]["labels"] = layer.labelsEnabled()
    words, told = layer.loadSldStyle(str(folder / f"{name}.sld"))
    found["sld"] = {"loaded": told, "words": words, "classes": classes(layer)}
    return found


def alone(folder: Path) -> dict[str, Any]:
    """What a definition adds to an empty project."""
    project = QgsProject()
    path = str(folder / "alone.qlr")
    loaded, words = QgsLayerDefinition.loadLayerDefinition(path, project, project.layerTreeRoot())
    [layer] = project.mapLayers().values()
    count = layer.featureCount()
    return {"loaded": loaded, "words": words, "count": count, "classes": classes(layer)}


def drawn(project: QgsProject, name: str, path: Path) -> dict[str, Any]:
    """A picture of a layer of the project on the ground."""
    layers = [project.mapLayer(f"safermap_{one}") for one in (name, "ground")]
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setOutputSize(DRAWN)
    settings.setOutputDpi(DPI)
    settings.setBackgroundColor(QColor("white"))
    settings.setDestinationCrs(project.crs())
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    to_grid = QgsCoordinateTransform(degrees, project.crs(), project)
    extent = to_grid.transformBoundingBox(layers[1].extent())
    extent.grow(2000)
    settings.setExtent(extent)
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(None))
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    settings.setFlag(QgsMapSettings.Antialiasing)
    settings.setFlag(QgsMapSettings.DrawLabeling)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(path))
    colours: dict[str, int] = {}
    for x in range(image.width()):
        for y in range(image.height()):
            colour = image.pixelColor(x, y).name()
            colours[colour] = colours.get(colour, 0) + 1
    return {"errors": [error.message for error in job.errors()], "colours": colours}


def legend(project: QgsProject) -> dict[str, dict[str, list[str]]]:
    """The names in the layer tree, group by group, and the classes below each layer."""
    model = QgsLayerTreeModel(project.layerTreeRoot())
    return {
        group.name(): {
            one.name(): [node.data(0) for node in model.layerLegendNodes(one)]
            for one in group.findLayers()
        }
        for group in project.layerTreeRoot().findGroups()
    }


def main(base: str, folder: Path, names: list[str], pictures: list[str]) -> None:
    app = QgsApplication([], True)
    app.initQgis()
    found = {"layers": {name: styled(base, folder, name) for name in names}}
    project, canvas = QgsProject.instance(), QgsMapCanvas()
    canvas.setObjectName("theMapCanvas")  # as QGIS calls the one that a project is shown on
    canvas.resize(DRAWN)
    found["project"] = {
        "read": project.read(str(folder / "project.qgs")),
        "title": project.title(),
        "crs": project.crs().authid(),
        "view": canvas.extent().toRectF().getCoords(),
        "legend": legend(project),
        "layers": {
            id_: {
                "valid": layer.isValid(),
                "count": layer.featureCount(),
                "classes": [item.label() for item in layer.renderer().legendSymbolItems()],
                "abstract": layer.metadata().abstract(),
                "licences": layer.metadata().licenses(),
                "rights": layer.metadata().rights(),
            }
            for id_, layer in project.mapLayers().items()
        },
    }
    found["alone"] = alone(folder)
    found["pictures"] = {name: drawn(project, name, folder / f"{name}.png") for name in pictures}
    sys.stdout.write(json.dumps(found) + "\n")
    project.clear()


if __name__ == "__main__":
    address, place, layers, shown = sys.argv[1:]
    main(address, Path(place), layers.split(","), shown.split(","))
