import pytest

from rebattery.notices.domain.signing import secret_of, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WORKED_EXAMPLE = {
    "secret": SECRET,
    "message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": 1614265330,
    "body": b'{"test": 2432232314}',
}


class TestSignedHeaders:
    def test_agree_with_the_reference_implementation(self):
        assert signed_headers(**WORKED_EXAMPLE) == {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }

    @pytest.mark.parametrize(
        "change",
        [
            {"message_id": "msg_other"},
            {"timestamp": 1614265331},
            {"body": b'{"test": 2432232315}'},
            {"secret": secret_of(b"another key of 32 bytes, in full")},
        ],
    )
    def test_differ_when_anything_does(self, change):
        signatures = {signed_headers(**WORKED_EXAMPLE | more)["webhook-signature"] for more in ({}, change)}

        assert len(signatures) == 2
