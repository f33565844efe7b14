"""Keys of programs, and the service accounts that may hold them."""
