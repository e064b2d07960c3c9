"""The network as operations see it: what each service says of itself, weighed and put in words."""
