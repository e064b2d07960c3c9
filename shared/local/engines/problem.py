"""What stops a start for a reason outside the code: told in one sentence with its remedy."""


class Problem(Exception):
    """Its text is for the person at the keyboard; nobody needs the stack trace."""


class PortTaken(Problem):
    """Another process listens where one of ours has to."""
