"""Documents sent beside a manifest: of which pack, of what kind, and how a zip of them is opened."""
