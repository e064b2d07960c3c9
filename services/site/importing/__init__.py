"""What another system exported, as events of this site: every row accounted for, or nothing."""
