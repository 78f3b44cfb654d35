"""Charts as SVG, and the pages that hold them."""
