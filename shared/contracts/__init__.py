"""The words on the wire, by producer. Plain frozen dataclasses: no framework may come in here.

A published type is never edited: a breaking change is a new class with the next `.vN`.
"""
