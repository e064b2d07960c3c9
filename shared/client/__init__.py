"""What sites, analysts, the demo and the tests talk to the network with.

`SiteClient` (site.py) posts events and reads; `OutcomesStream` (outcomes.py) is for analysts.
"""
