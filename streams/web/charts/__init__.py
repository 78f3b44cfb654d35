"""Charts, drawn on the server by Vega; their colours are the page's."""
