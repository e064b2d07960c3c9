"""What may be published of small groups, now and after the releases before (OUT-7)."""
