"""Views: what the page is composed of, each holding only the state."""
