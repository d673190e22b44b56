"""The FastAPI application and the command line."""
