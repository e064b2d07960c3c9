"""The pages: each a blueprint, with its place in the menu and its templates."""
