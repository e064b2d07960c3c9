"""How the demo's patients fare: by which scale, when they are asked, and when it comes back."""
