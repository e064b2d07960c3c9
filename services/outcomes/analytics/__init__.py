"""The read side of the network: columns fed from Kafka, reports, deliveries, pictures.

A process of its own: however heavy a question, no answer of a patient waits for it (OUT-4).
"""
