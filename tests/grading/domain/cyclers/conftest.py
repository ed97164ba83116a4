"""What every test of tester files leaves behind: nothing."""

import zlib

import pytest


@pytest.fixture(autouse=True)
def plain_zlib(monkeypatch):
    # fastnda puts other functions in the place of zlib's when it is imported. In the product that happens in
    # a process that ends with its file; here a later test would meet other errors of damaged archives.
    monkeypatch.setattr(zlib, "decompress", zlib.decompress)
    monkeypatch.setattr(zlib, "decompressobj", zlib.decompressobj)
