"""What takes long to make: pictures, data and movies, trained first and written then."""
