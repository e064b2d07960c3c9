"""Single appointments: asked for at a time, proposed, moved, missed, waited for, held in groups."""
