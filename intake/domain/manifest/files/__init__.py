"""One reader for each kind of file that suppliers send; ``reading.open_table`` is the door to them."""
