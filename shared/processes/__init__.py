"""The three processes of a service, put together from the rooms below: api, consumer, relay; and
the server of whatever else a service brings."""
