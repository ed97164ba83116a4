"""Register instruments and their channels, record what proves them, and watch them by reference items."""

from grading.services.instruments.calibrating import (
    CalibrationRefused,
    record_calibration,
    withdraw_calibration,
)
from grading.services.instruments.certificate_files import CertificateFileRefused, Upload
from grading.services.instruments.changing import AlreadyWithdrawn, TakenCode
from grading.services.instruments.channels import add_channel, change_channel
from grading.services.instruments.checking import (
    ControlRefused,
    record_control_measurement,
    withdraw_control_measurement,
)
from grading.services.instruments.references import add_reference_item, change_reference_item
from grading.services.instruments.registering import InstrumentExists, change_instrument, create_instrument

__all__ = [
    "AlreadyWithdrawn",
    "CalibrationRefused",
    "CertificateFileRefused",
    "ControlRefused",
    "InstrumentExists",
    "TakenCode",
    "Upload",
    "add_channel",
    "add_reference_item",
    "change_channel",
    "change_instrument",
    "change_reference_item",
    "create_instrument",
    "record_calibration",
    "record_control_measurement",
    "withdraw_calibration",
    "withdraw_control_measurement",
]
