"""The lock and the published addresses of one set of servers."""

import os

import pytest

from rebattery.embedded import state as module
from rebattery.embedded.state import AlreadyRunning, State, own_folder


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "RUN", tmp_path / "run")
    monkeypatch.setattr(module, "OUTSIDE", tmp_path)


class TestAcquire:
    def test_tells_the_second_who_holds_it(self, folders):
        State("dev").acquire("unused")  # a lock that nobody keeps is released
        first = State("dev")
        first.acquire("stack (process 1)")

        with pytest.raises(AlreadyRunning) as refusal:
            State("dev").acquire("migrate (process 2)")

        assert refusal.value.holder == "stack (process 1)"
        first.release()

    def test_forgets_the_addresses_of_a_killed_predecessor(self, folders):
        state = State("dev")
        state.publish({"DATABASE_URL": "postgresql://gone"})

        state.acquire("stack (process 1)")

        assert state.addresses() == {}
        state.release()


class TestPublish:
    def test_lets_others_read_the_addresses_but_only_this_user(self, folders):
        state = State("dev")

        state.publish({"REDIS_URL": "redis://:a=b@127.0.0.1:1/0", "REBATTERY_LOCAL": "1"})

        assert State("dev").addresses() == {"REDIS_URL": "redis://:a=b@127.0.0.1:1/0", "REBATTERY_LOCAL": "1"}
        assert (state.folder / "env").stat().st_mode & 0o077 == 0


def test_two_clones_never_share_sockets_or_data(tmp_path, monkeypatch, folders):
    first = State("dev")
    monkeypatch.setattr(module, "RUN", tmp_path / "another clone in the same place")

    second = State("dev")

    assert first.sockets != second.sockets
    assert first.data != second.data


class TestOwnFolder:
    def test_refuses_a_link_that_somebody_put_there_first(self, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "ours").symlink_to(tmp_path / "elsewhere")

        with pytest.raises(PermissionError, match="belongs to somebody else"):
            own_folder(tmp_path / "ours", 0o700)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another's folder")
    def test_refuses_a_folder_of_another_user(self, tmp_path):
        (tmp_path / "ours").mkdir()
        os.chown(tmp_path / "ours", 12345, 12345)

        with pytest.raises(PermissionError, match="belongs to somebody else"):
            own_folder(tmp_path / "ours", 0o700)
