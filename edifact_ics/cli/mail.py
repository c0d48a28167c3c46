"""`edifact-ics mail`: an interchange sealed for Customs, a sealed mail opened."""

from __future__ import annotations

import datetime
import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from edifact_ics.cli.bureau_options import (
    AT,
    PASSPHRASE_FILES,
    bureau_words,
    certificate,
    content_of,
    credentials,
    kind,
    trust,
)
from edifact_ics.cli.options import FORMATS, Unreadable, writing
from edifact_ics.cli.registry import OPERATOR, named_operator, opened

if TYPE_CHECKING:
    from cryptography import x509

    from edifact_ics.bureau.binding import Decision
    from edifact_ics.bureau.certificates.kinds import Kind
    from edifact_ics.bureau.mail import Opened, Refusal
    from edifact_ics.bureau.receiving import Rejected


def _acting(ctx: click.Context, param: click.Parameter, given: str | None) -> str:
    """Return who acts where a registry is asked; else nobody needs to."""
    return named_operator(ctx, param, given) if ctx.params.get("url") else ""


@click.group()
def mail() -> None:
    """Seal an interchange as the signed, encrypted mail that Customs takes; open such a mail.

    \b
    edifact-ics mail seal sent.edi --signer device.p12 --recipient customs.pem -o sent.eml
    edifact-ics mail open answer.eml --key device.p12 --trust roots.pem --crl lists.pem -o answer.edi
    edifact-ics mail open in.eml --key bureau.p12 --trust roots.pem --crl lists.pem --registry bureau.db -o in.edi

    Passphrases come from --passphrase-file or the variable EDIFACT_ICS_PASSPHRASE. More: docs/secure-mail.md.
    """


@mail.command("seal")
@click.argument("path", metavar="FILE")
@click.option("--signer", metavar="P12", help="Key and certificate that sign, mode 0600; with --registry its default.")
@click.option("--recipient", metavar="CERT", help="The certificate to encrypt for: PEM or DER.")
@click.option(
    "--registry", "url", metavar="URL", help="Ask the registry: the signer's kind, the active one of Customs."
)
@click.option("-o", "--output", metavar="OUT", help="Where to write the mail; default: standard output.")
@PASSPHRASE_FILES
@click.option("--kind", "named", metavar="KIND", help="Kind of the signer's certificate: only type-3 kinds sign mail.")
@click.option("--from", "sender", metavar="ADDRESS", help="Default: the address in the signer's certificate.")
@click.option("--to", "addressee", metavar="ADDRESS", help="Default: the address in the recipient's certificate.")
@click.option("--opaque", is_flag=True, help="Put what is signed inside the signature, not beside it.")
@click.option("--pss", is_flag=True, help="Sign with RSA-PSS, not PKCS #1 v1.5.")
@click.option("--oaep", is_flag=True, help="Encrypt the content key with RSA-OAEP, not PKCS #1 v1.5.")
@click.option("--gcm", is_flag=True, help="Encrypt with AES-256-GCM, not AES-256-CBC.")
@click.option("--encrypt-first", is_flag=True, help="Encrypt, then sign: the other order, should Customs want it.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True, help="How to tell what was done.")
@AT
def seal_file(
    path: str,
    signer: str | None,
    recipient: str | None,
    url: str | None,
    output: str | None,
    passphrase_files: tuple[str, ...],
    named: str | None,
    sender: str | None,
    addressee: str | None,
    opaque: bool,
    pss: bool,
    oaep: bool,
    gcm: bool,
    encrypt_first: bool,
    form: str,
    at: datetime.datetime | None,
) -> None:
    """Seal the one interchange of FILE: signed, encrypted, one attachment, no body text.

    Subject and file name come from UNB. With --registry the signer must be entitled, as for `mail open`; --recipient
    must be the certificate of Customs that is active, which it is when left out. Exit 1 with the reason when it may not
    be sealed.
    """
    if recipient is None and url is None:
        raise click.UsageError("Say whom to encrypt for: --recipient CERT, or --registry URL for Customs.")
    if signer is None and url is None:
        raise click.UsageError("Say who signs: --signer P12, or --registry URL for the default of the site.")
    with bureau_words():
        from edifact_ics.bureau.mail import Order, Profile, Refusal, seal
        from edifact_ics.bureau.mail.encryption import ContentCipher, KeyTransport
        from edifact_ics.render import mail as render

        profile = Profile(
            Order.SIGNED_OUTSIDE if encrypt_first else Order.SIGNED_INSIDE,
            opaque,
            pss,
            ContentCipher.AES_256_GCM if gcm else ContentCipher.AES_256_CBC,
            KeyTransport.OAEP if oaep else KeyTransport.PKCS1V15,
        )
        data = content_of(path)
        (own,) = credentials((signer or _default_signer(url or "", form, data, at),), passphrase_files)
        chosen, to = kind(named), certificate(recipient) if recipient is not None else None
        if url is not None:
            chosen, to = _on_record(url, form, own.certificate, to, at)
        assert to is not None
        sealed = seal(
            data,
            own,
            to,
            at=at,
            kind=chosen,
            sender_address=sender,
            recipient_address=addressee,
            profile=profile,
        )
        if isinstance(sealed, Refusal):
            _refuse(path, sealed, form)
        if url is not None:
            _require_entitled(path, url, form, own.certificate, data, at)
    with writing(output) as out:
        out.write(sealed.mail)
    told = render.sealed_as_json(path, sealed) if form == "json" else render.sealed(path, sealed)
    click.echo(told, err=output in (None, "-"))


@mail.command("open")
@click.argument("path", metavar="IN")
@click.option("--key", "keys", required=True, multiple=True, metavar="P12", help="Our key; repeat it for old ones.")
@click.option("--trust", "authorities", required=True, multiple=True, metavar="CA", help="Authorities: PEM or DER.")
@click.option("--crl", "crls", multiple=True, metavar="CRL", help="Revocation lists of all authorities: PEM or DER.")
@click.option("-o", "--output", metavar="OUT", help="Where to write the interchange; without it nothing is written.")
@PASSPHRASE_FILES
@click.option(
    "--registry",
    "url",
    metavar="URL",
    is_eager=True,
    help="Ask the registry whose it is, refuse what comes again, and leave a row in its audit trail.",
)
@click.option("--operator", metavar="NAME", envvar=OPERATOR, callback=_acting, help="Who opens it, for that row.")
@click.option("--encrypted-inside", is_flag=True, help="The mail was encrypted first and signed then.")
@click.option("--audit", metavar="FILE", help="Add all that is known of a refusal to FILE; it is secret.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@AT
def open_file(
    path: str,
    keys: tuple[str, ...],
    authorities: tuple[str, ...],
    crls: tuple[str, ...],
    output: str | None,
    passphrase_files: tuple[str, ...],
    url: str | None,
    operator: str,
    encrypted_inside: bool,
    audit: str | None,
    form: str,
    at: datetime.datetime | None,
) -> None:
    """Open a sealed mail: decrypt it, verify it, name its signer, write its interchange.

    Certificates must hold at the moment of --at: give the time when the mail was received, if that is not now. Without
    --crl nobody looks whether they were revoked, and a warning says so. With --registry the signer must be entitled:
    by its certificate and site, for the owner in UNB 0008, with authority for each document; or be Customs. Exit 1 with
    the reason when the mail is refused; then nothing is written.
    """
    with bureau_words():
        from edifact_ics.bureau.mail import Opened, Order, open_mail
        from edifact_ics.render import mail as render

        order = Order.SIGNED_OUTSIDE if encrypted_inside else Order.SIGNED_INSIDE
        own, believed, raw = credentials(keys, passphrase_files), trust(authorities, crls), content_of(path)
        decision: Decision | None = None
        found: Opened | Refusal | Rejected
        if url is None:
            found = open_mail(raw, own, believed, at=at, order=order)
        else:
            with opened(url, form) as registry:
                from edifact_ics.bureau.receiving import Received, receive

                received = receive(registry, raw, own, believed, at=at, order=order, by=operator)
                if isinstance(received, Received):
                    found, decision = received.opened, received.decision
                else:
                    found = received
    if not isinstance(found, Opened):
        if audit is not None:
            _keep(audit, render.audited(path, found))
        _refuse(path, found, form)
    if output is not None:
        with writing(output) as out:
            out.write(found.interchange)
    told = render.opened_as_json(path, found, decision) if form == "json" else render.opened(path, found, decision)
    click.echo(told, err=output == "-")
    if not found.revocation_checked:
        click.echo("WARNING: revocation was NOT checked. Give the authorities' lists with --crl.", err=True)


def _default_signer(url: str, form: str, interchange: bytes, at: datetime.datetime | None) -> str:
    """Ask the registry for the key file that signs what is sent from this site, for this owner."""
    from edifact_ics.bureau import store
    from edifact_ics.bureau.binding import sent

    with opened(url, form) as registry:
        one = sent(interchange)[0]
        return store.signing_key(registry, one.site, one.owner, at or datetime.datetime.now(datetime.UTC))


def _on_record(
    url: str,
    form: str,
    signer: x509.Certificate,
    recipient: x509.Certificate | None,
    at: datetime.datetime | None,
) -> tuple[Kind, x509.Certificate]:
    """Ask the registry for the kind of the signer's certificate and for that of Customs."""
    from edifact_ics.bureau import store

    with opened(url, form) as registry:
        return store.sealing(registry, signer, recipient, at or datetime.datetime.now(datetime.UTC))


def _require_entitled(
    path: str, url: str, form: str, signer: x509.Certificate, interchange: bytes, at: datetime.datetime | None
) -> None:
    """Exit 1 with the reason when Customs would not take the interchange as one of a client of this signer."""
    from edifact_ics.bureau.binding import bind_all, sent
    from edifact_ics.bureau.certificates.facts import fingerprint
    from edifact_ics.bureau.receiving import Rejected

    with opened(url, form) as registry:
        moment = at or datetime.datetime.now(datetime.UTC)
        decision = bind_all(registry, fingerprint(signer), sent(interchange), moment)
    if decision.reason is not None:
        _refuse(path, Rejected(decision.reason, decision.sentence), form)


def _refuse(path: str, refusal: Refusal | Rejected, form: str) -> NoReturn:
    """Tell why, and exit 1."""
    from edifact_ics.render import mail as render

    click.echo(render.refused_as_json(path, refusal) if form == "json" else render.refused(path, refusal))
    sys.exit(1)


def _keep(path: str, line: str) -> None:
    """Add a line to a file, which only its owner may read when it is new."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}.") from error
