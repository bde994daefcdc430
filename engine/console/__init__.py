"""What commands share: their options, what they print, and how they make an export."""
