"""What a person does with a lane beyond trying it again."""
