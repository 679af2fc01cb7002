"""The rules for passwords. Cognito has the same policy and finally decides."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.problems import PASSWORD_REFUSED, FieldError, Problem

# Cognito counts these as symbols (developer guide, "Adding user pool password requirements").
SYMBOLS = frozenset("^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ")
MAX_LENGTH = 256
_TELLING_LENGTH = 4


@dataclass(frozen=True, kw_only=True)
class PasswordPolicy:
    """The rules for a password. They are the settings of the user pool."""

    min_length: int
    lowercase: bool
    uppercase: bool
    digits: bool
    symbols: bool

    def broken_rules(self, password: str, *, email: str = "") -> list[tuple[str, str]]:
        """Return code and sentence of every rule that the password breaks."""
        checks = [
            (
                "too-short",
                f"Use at least {self.min_length} characters.",
                len(password) < self.min_length,
            ),
            ("too-long", f"Use at most {MAX_LENGTH} characters.", len(password) > MAX_LENGTH),
            (
                "no-lowercase",
                "Use at least one lower-case letter a-z.",
                self.lowercase and not any("a" <= char <= "z" for char in password),
            ),
            (
                "no-uppercase",
                "Use at least one upper-case letter A-Z.",
                self.uppercase and not any("A" <= char <= "Z" for char in password),
            ),
            (
                "no-digit",
                "Use at least one digit.",
                self.digits and not any("0" <= char <= "9" for char in password),
            ),
            (
                "no-symbol",
                "Use at least one symbol, such as ! or -.",
                self.symbols and SYMBOLS.isdisjoint(password.strip()),
            ),
            (
                "outer-space",
                "Do not begin or end with a space.",
                password != password.strip(),
            ),
            (
                "contains-email",
                "Do not use your e-mail address in the password.",
                _contains_email(password, email),
            ),
        ]
        return [(f"password-{code}", sentence) for code, sentence, broken in checks if broken]

    def check(self, password: str, *, pointer: str, email: str = "") -> None:
        """Raise Problem `password-refused` with one error per broken rule."""
        if broken := self.broken_rules(password, email=email):
            raise Problem(
                PASSWORD_REFUSED,
                "Choose a password that keeps the rules named in errors.",
                errors=tuple(FieldError(text, pointer=pointer, code=code) for code, text in broken),
            )


def _contains_email(password: str, email: str) -> bool:
    local_part = email.partition("@")[0].casefold()
    return len(local_part) >= _TELLING_LENGTH and local_part in password.casefold()
