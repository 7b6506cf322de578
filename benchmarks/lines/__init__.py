"""How well each reader reads single lines of print, whose text is known."""
