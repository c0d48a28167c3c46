"""Options and habits that the commands of the bureau share: moments, key files, passphrases, certificates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from edifact_ics.cli.options import Unreadable, reading
from edifact_ics.render.report import shown

if TYPE_CHECKING:
    from cryptography import x509

    from edifact_ics.bureau.certificates.keys import Credentials
    from edifact_ics.bureau.certificates.kinds import Kind
    from edifact_ics.bureau.mail import Trust

_MOST = 64 << 20  # bytes that are read at all; what is too large for a mail is refused with its reason
_YEARS = range(1970, 9000)  # what is reckoned from a moment stays a date

NUMBER = click.IntRange(1, 2**31 - 1)  # of a row: what every database takes


def moment(ctx: click.Context, param: click.Parameter, text: str | None) -> datetime.datetime | None:
    """Return a moment, one without a zone being UTC; a usage error if it is none."""
    if text is None:
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date and time; write for example 2026-11-21T09:30:00.") from None
    if found.year not in _YEARS:
        raise click.BadParameter(f"{text!r} is out of the years {_YEARS[0]} to {_YEARS[-1]}.")
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _warned(file: str | None) -> str | None:
    """Return a passphrase file, and warn when others may read it."""
    if file is not None:
        with bureau_words():
            from edifact_ics.bureau.certificates.keys import passphrase_remark

            remark = passphrase_remark(file)
        if remark:
            click.echo(f"WARNING: {shown(remark)}", err=True)
    return file


AT = click.option(
    "--at",
    metavar="TIME",
    callback=moment,
    help="The moment to judge by, as 2026-11-21T09:30:00 (UTC unless it says otherwise); default: now.",
)
PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    metavar="FILE",
    callback=lambda ctx, param, file: _warned(file),
    help="The first line is the passphrase of the key file; mode 0600.",
)
PASSPHRASE_FILES = click.option(
    "--passphrase-file",
    "passphrase_files",
    multiple=True,
    metavar="FILE",
    callback=lambda ctx, param, files: tuple(map(_warned, files)),
    help="The first line is a passphrase, mode 0600: one for all keys, or one for each in their order.",
)


@contextmanager
def bureau_words() -> Iterator[None]:
    """Say with a sentence that an extra is missing, or why a key file cannot be used."""
    try:
        import asn1crypto  # noqa: F401 - an extra

        from edifact_ics.bureau.certificates.keys import KeyFileError  # an extra, and it takes time to load
    except ModuleNotFoundError as error:
        raise Unreadable(f"The bureau needs {error.name}: pip install 'edifact-ics[bureau]'.") from error
    try:
        yield
    except KeyFileError as error:
        raise Unreadable(str(error)) from error


def content_of(path: str) -> bytes:
    """Return the bytes of a file or of standard input; of a huge one no more than shows that it is."""
    with reading(path) as file:
        return file.read(_MOST)


def credentials(paths: tuple[str, ...], passphrase_files: tuple[str, ...]) -> list[Credentials]:
    """Return the keys of key files, opened with one passphrase for all or one for each."""
    from edifact_ics.bureau.certificates import keys

    if len(passphrase_files) > 1 and len(passphrase_files) != len(paths):
        raise click.UsageError("Give one --passphrase-file for all keys, or one for each.")
    phrases = [keys.passphrase(file) for file in passphrase_files or (None,)]
    return [keys.load(path, phrases[index % len(phrases)]) for index, path in enumerate(paths)]


def certificate(path: str) -> x509.Certificate:
    """Return the first certificate of a PEM or DER file."""
    from edifact_ics.bureau.certificates.facts import read_certificates

    try:
        return read_certificates(content_of(path))[0]
    except ValueError as error:
        raise Unreadable(f"{path}: there is no certificate in it; PEM or DER was expected.") from error


def trust(authorities: tuple[str, ...], crls: tuple[str, ...]) -> Trust:
    """Return the authorities and revocation lists of files; no lists: revocation is not checked."""
    from edifact_ics.bureau.certificates.facts import read_certificates
    from edifact_ics.bureau.mail import Trust
    from edifact_ics.bureau.mail.trust import read_crls

    held = {}
    for paths, read, what in ((authorities, read_certificates, "certificate"), (crls, read_crls, "revocation list")):
        for path in paths:
            held[path] = content_of(path)
            try:
                read(held[path])
            except ValueError as error:
                raise Unreadable(f"{path}: there is no {what} in it; PEM or DER was expected.") from error
    return Trust.read([held[path] for path in authorities], [held[path] for path in crls] if crls else None)


def kind(text: str | None) -> Kind | None:
    """Return the kind of certificate that was written; a usage error if there is none of that name."""
    from edifact_ics.bureau.certificates.kinds import Kind

    try:
        return None if text is None else Kind(text)
    except ValueError:
        raise click.UsageError(f"There is no kind {text!r}. Kinds are {', '.join(Kind)}.") from None
