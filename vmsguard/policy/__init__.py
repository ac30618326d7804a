"""Policy files: strict YAML, packs, assignments, exceptions and documents, and what is said about them."""
