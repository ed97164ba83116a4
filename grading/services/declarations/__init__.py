"""Declare an instrument bad: one proposes, another approves, and what follows happens as one."""

from grading.services.declarations.approving import approve_declaration
from grading.services.declarations.carrying_out import run, sweep
from grading.services.declarations.proposing import (
    AlreadyProposed,
    DeclarationRefused,
    propose_declaration,
    refuse_declaration,
    withdraw_declaration,
)

__all__ = [
    "AlreadyProposed",
    "DeclarationRefused",
    "approve_declaration",
    "propose_declaration",
    "refuse_declaration",
    "run",
    "sweep",
    "withdraw_declaration",
]
