"""The web page and the HTTP API: the commands behind one local server."""
