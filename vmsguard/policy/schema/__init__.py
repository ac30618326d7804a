"""JSON Schema of every kind of file a person writes, made from the catalogue."""
