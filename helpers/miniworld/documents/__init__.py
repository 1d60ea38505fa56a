"""The genres of the mini-world and how they mix: encyclopedia, stories, reviews, letters."""
