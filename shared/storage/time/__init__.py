"""What time does to stored knowledge: it ages, and some of it must be looked at again."""
