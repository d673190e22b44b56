"""One small file a layer: what it is called, what it holds, how it is drawn and computed."""
