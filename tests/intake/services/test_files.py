import hashlib
import io

import pytest
from django.conf import settings

from intake.models import StoredFile
from intake.services.files import FileTooLarge, path_of, store
from tests.factories import AT
from tests.together import at_once


class TestStore:
    def test_keeps_the_bytes_under_their_digest(self, db):
        stored = store(content=b"a manifest", at=AT)

        digest = hashlib.sha256(b"a manifest").hexdigest()
        assert (stored.sha256, stored.byte_count, stored.stored_at) == (digest, 10, AT)
        assert path_of(stored) == settings.FILES_ROOT / digest[:2] / digest
        assert path_of(stored).read_bytes() == b"a manifest"

    def test_reads_a_stream_in_pieces(self, db):
        content = b"0123456789abcdef" * 200_000

        stored = store(content=io.BytesIO(content), at=AT)

        assert stored.byte_count == len(content)
        assert path_of(stored).read_bytes() == content

    def test_gives_the_same_row_for_the_same_bytes(self, db):
        first = store(content=b"twice", at=AT, media_type="text/csv")
        second = store(content=b"twice", at=AT)

        assert first == second
        assert StoredFile.objects.filter(sha256=first.sha256).count() == 1

    def test_gives_the_same_row_to_uploads_at_the_same_moment(self, committed_db):
        keys = set(at_once(lambda _: store(content=b"at once", at=AT).pk, range(4)))

        assert len(keys) == 1

    @pytest.mark.parametrize(("size", "is_taken"), [(9, True), (10, True), (11, False)])
    def test_refuses_more_than_the_limit(self, db, settings, size, is_taken):
        settings.UPLOAD_LIMIT_BYTES = 10

        if is_taken:
            assert store(content=b"x" * size, at=AT).byte_count == size
        else:
            with pytest.raises(FileTooLarge):
                store(content=b"x" * size, at=AT)
            assert not list(settings.FILES_ROOT.glob("incoming-*"))
