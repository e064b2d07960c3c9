"""What the tests of the analysts' stream share."""
