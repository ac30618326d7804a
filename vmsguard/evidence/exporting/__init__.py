"""Handing a log on: as a bundle, as tiles, as lines."""
