"""The mini-world: English text, generated from tables, in which everything is known."""
