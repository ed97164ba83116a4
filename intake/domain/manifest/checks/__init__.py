"""What a pack must hold together with itself, its file and the catalogue."""
