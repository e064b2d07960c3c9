"""Topics followed from given places, whole."""
