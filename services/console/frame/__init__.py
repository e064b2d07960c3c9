"""What stands around every page: the headers of an answer, and what is shown when it fails."""
