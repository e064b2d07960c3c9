"""What the front desk tells of courses to come: asked for, offered, moved, missed, given up."""
