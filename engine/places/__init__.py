"""What travels: presets, links, bookmarks, looks, and the text a file carries."""
