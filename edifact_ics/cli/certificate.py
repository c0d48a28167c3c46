"""`edifact-ics certificate`: the store of certificates, which stands for that of the signing interface."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click

from edifact_ics.cli.bureau_options import AT, PASSPHRASE_FILE, bureau_words, kind
from edifact_ics.cli.options import writing
from edifact_ics.cli.registry import changing, opened, reading, tell, tell_asked, tell_json

_DAY = click.DateTime(["%Y-%m-%d"])
_FINGERPRINT = click.argument("fingerprint", metavar="FINGERPRINT")


@click.group()
def certificate() -> None:
    """Keep certificates: whose they are, where their keys lie, which serve and how long.

    \b
    edifact-ics certificate import device.p12 51824753556 --kind type-3 --site AAA676Y
    edifact-ics certificate import customs.pem --customs --from 2026-12-01
    edifact-ics certificate list
    edifact-ics certificate revoke 1f0b6c2e --reason "laptop lost"
    edifact-ics certificate check

    FINGERPRINT is SHA-256 in hex; eight or more of its first digits are enough. More: docs/secure-mail.md.
    """


@certificate.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("client", required=False)
@click.option(
    "--kind", "named", metavar="KIND", help="type-1, type-2, type-3, type-3-hosted, abn-dsc, authorising-officer."
)
@click.option(
    "--use", default="both", type=click.Choice(["signing", "encryption", "both"]), help="What its key is for."
)
@click.option("--host", metavar="BUREAU", help="The bureau that keeps the key of a type-3-hosted certificate.")
@click.option("--site", metavar="SITE", help="The EDI site that a device sends from.")
@click.option("--customs", is_flag=True, help="It is the certificate of Customs; takes two operators.")
@click.option("--from", "since", type=_DAY, metavar="DAY", help="The day in Canberra on which that becomes active.")
@click.option("--until", type=_DAY, metavar="DAY", help="The last day on which that is active; default: its own.")
@PASSPHRASE_FILE
@AT
@changing
def import_file(
    file: Path,
    client: str | None,
    named: str | None,
    use: str,
    host: str | None,
    site: str | None,
    customs: bool,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    passphrase_file: str | None,
    at: datetime.datetime | None,
    url: str,
    form: str,
    operator: str,
) -> None:
    """Check the certificate in FILE and put it on record as one of CLIENT, or as that of Customs.

    FILE is a key file (PKCS#12 or PEM, mode 0600), whose place is noted, or a certificate alone. The key stays in it.
    """
    if customs:
        if since is None or client or named:
            raise click.UsageError("The certificate of Customs takes --from DAY, and neither CLIENT nor --kind.")
    elif client is None or named is None:
        raise click.UsageError("Say whose it is and of which kind: CLIENT and --kind KIND; or --customs --from DAY.")
    chosen = kind(named)
    with bureau_words(), opened(url, form, founder=operator) as registry:
        from edifact_ics.bureau import store
        from edifact_ics.bureau.certificates import keys
        from edifact_ics.bureau.registry import Use
        from edifact_ics.render import certificate as render

        if chosen is None or client is None:
            assert since is not None
            last = until.date().isoformat() if until else None
            tell_asked(store.pin(registry, file, since.date().isoformat(), last, operator=operator), form)
            return
        record, remarks = store.install(
            registry,
            file,
            keys.passphrase(passphrase_file),
            client=client,
            kind=chosen,
            use=Use(use),
            host=host,
            site=site,
            at=at or datetime.datetime.now(datetime.UTC),
            operator=operator,
        )
        if form == "json":
            tell_json({"certificate": render.data(record, remarks)})
        else:
            tell([render.line(record), *render.lines(remarks), render.next_step(record)])


@certificate.command("export")
@_FINGERPRINT
@click.option("-o", "--output", metavar="OUT", help="Where to write it; default: standard output.")
@click.option("--with-key", is_flag=True, help="Write the key too, as PKCS#12: takes two operators.")
@click.option("--fresh-passphrase-file", "fresh", metavar="FILE", help="The passphrase of the new key file.")
@PASSPHRASE_FILE
@changing
def export(
    fingerprint: str,
    output: str | None,
    with_key: bool,
    fresh: str | None,
    passphrase_file: str | None,
    url: str,
    form: str,
    operator: str,
) -> None:
    """Write a certificate on record, or one of Customs, as PEM: what others need to encrypt for it.

    With --with-key its private key goes along, under a passphrase of its own. The first time that is only asked for;
    once another operator has confirmed it, the same command writes the file, once.
    """
    if with_key and (output in (None, "-") or fresh is None):
        raise click.UsageError("A key is written to a file of its own: -o OUT and --fresh-passphrase-file FILE.")
    with bureau_words(), opened(url, form) as registry:
        from edifact_ics.bureau import store
        from edifact_ics.bureau.certificates import keys

        phrase = keys.passphrase(passphrase_file)
        if not with_key:
            with writing(output) as out:
                out.write(store.public(registry, fingerprint, phrase))
            return
        assert output is not None
        new = keys.passphrase(fresh) or b""
        asked = store.export_key(registry, fingerprint, phrase, Path(output), new, operator=operator)
        if asked is not None:
            tell_asked(asked, form)
        elif form == "json":
            tell_json({"exported": output})
        else:
            tell([f"Written with its key to {output}, which only you may read."])


@certificate.command("list")
@click.argument("client", required=False)
@click.option("--kind", "named", metavar="KIND", help="Only those of one kind.")
@reading
def list_certificates(client: str | None, named: str | None, url: str, form: str) -> None:
    """List the certificates on record, of CLIENT or of all, and then those of Customs."""
    chosen = kind(named)
    with opened(url, form) as registry:
        from edifact_ics.render import certificate as render

        found = registry.certificates(client, chosen)
        pinned = () if client or chosen else registry.anchors()
        if form == "json":
            tell_json(
                {"certificates": [render.data(one) for one in found], "customs": [render.data(one) for one in pinned]}
            )
        else:
            told = [*map(render.line, found), *map(render.line, pinned)]
            tell(told or ["There are no certificates yet."])


@certificate.command()
@_FINGERPRINT
@changing
def default(fingerprint: str, url: str, form: str, operator: str) -> None:
    """Make a certificate the one of its holder that is used unless another is named."""
    with opened(url, form) as registry:
        from edifact_ics.render import certificate as render

        chosen = registry.choose_certificate(fingerprint, operator=operator)
        if form == "json":
            tell_json({"certificate": render.data(chosen)})
        else:
            tell([render.line(chosen)])


@certificate.command()
@_FINGERPRINT
@click.option("--reason", default="", metavar="TEXT", help="Why, for the audit trail.")
@changing
def revoke(fingerprint: str, reason: str, url: str, form: str, operator: str) -> None:
    """Refuse a certificate from now on: its key was lost, or its authority revoked it. It cannot be taken back."""
    with opened(url, form) as registry:
        from edifact_ics.render import certificate as render

        ended = registry.revoke_certificate(fingerprint, reason, operator=operator)
        if form == "json":
            tell_json({"certificate": render.data(ended)})
        else:
            tell([render.line(ended)])


@certificate.command()
@_FINGERPRINT
@click.argument("day", type=_DAY, metavar="DAY")
@changing
def end(fingerprint: str, day: datetime.datetime, url: str, form: str, operator: str) -> None:
    """Let a certificate of Customs count until DAY in Canberra and no longer, as when its key was lost."""
    with opened(url, form) as registry:
        from edifact_ics.bureau import store
        from edifact_ics.render import certificate as render

        ended = store.end_of_customs(registry, fingerprint, day.date().isoformat(), operator=operator)
        if form == "json":
            tell_json({"certificate": render.data(ended)})
        else:
            tell([render.line(ended)])


@certificate.command()
@PASSPHRASE_FILE
@AT
@reading
def check(passphrase_file: str | None, at: datetime.datetime | None, url: str, form: str) -> None:
    """Say of every certificate whether it serves: its days, its use, its key file; and which one of Customs is active.

    With a passphrase key files are opened too. Exit 1 when one does not serve and no other stands in for it.
    """
    with bureau_words(), opened(url, form) as registry:
        from edifact_ics.bureau import store
        from edifact_ics.bureau.certificates import keys
        from edifact_ics.render import certificate as render

        moment = at or datetime.datetime.now(datetime.UTC)
        found = list(store.check(registry, moment, keys.passphrase(passphrase_file)))
        if form == "json":
            tell_json(
                {"serves": all(one.serves for one in found), "certificates": [render.checked(one) for one in found]}
            )
        else:
            tell([line for one in found for line in render.checked_lines(one)] or ["There are no certificates yet."])
    sys.exit(0 if all(one.serves for one in found) else 1)
