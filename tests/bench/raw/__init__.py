"""The same documents and records without our code: what pymongo and kafka-python allow here."""
