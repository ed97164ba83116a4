"""The base of every refusal that the product anticipates."""


class RuleViolation(Exception):
    """Refuse an action for a reason its user can understand and act on.

    The message is shown as it is; ``code`` is stable and goes into the API and the logs.
    """

    code = "rule_violation"

    def __init__(self, message: str = "", *, code: str | None = None, fields: dict[str, str] | None = None):
        super().__init__(message or (self.__doc__ or "").strip().split("\n")[0])
        self.code = code or type(self).code
        self.fields = fields or {}

    @property
    def message(self) -> str:
        return str(self.args[0])
