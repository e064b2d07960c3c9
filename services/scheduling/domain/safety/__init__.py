"""The clinical rules of the calendar over time: what is watched, adapted and placed anew."""
