"""Mail fetched by IMAP, from Debian's dovecot on loopback; where that is not installed, the reason is printed."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edifact_ics.bureau.service.channels import ChannelError
from edifact_ics.bureau.service.channels.imap import Imap

_CONFIGURATION = """\
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
"""


@pytest.fixture
def dovecot() -> Iterator[int]:
    """The port of a server with an empty mailbox."""
    if shutil.which("dovecot") is None or os.geteuid() != 0:
        why = "no dovecot, or not root (Debian: apt-get install dovecot-imapd)"
        assert os.environ.get("EDIFACT_ICS_TEST_DOVECOT") != "required", why
        pytest.skip(why)
    user = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="ics-imap-", dir="/tmp") as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        os.chown(folder / "mail", user.pw_uid, user.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        text = _CONFIGURATION.format(folder=folder, user=user.pw_uid, group=user.pw_gid, port=port)
        (folder / "d.conf").write_text(text)
        with subprocess.Popen(["dovecot", "-F", "-c", str(folder / "d.conf")], stderr=subprocess.DEVNULL) as server:
            try:
                _wait(port)
                yield port
            finally:
                server.terminate()


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("dovecot does not answer")


def test_a_mail_is_deleted_there_only_once_it_is_acknowledged(dovecot: int) -> None:
    box = imaplib.IMAP4("127.0.0.1", dovecot)
    box.login("edi", "secret")
    for mail in (b"Subject: one\r\n\r\nfirst\r\n", b"Subject: two\r\n\r\nsecond\r\n"):
        box.append("INBOX", None, None, mail)  # type: ignore[arg-type]
    box.logout()
    inlet = Imap("127.0.0.1", dovecot, tls=False, user="edi", password="secret")
    assert [one.data for one in inlet.receive()] == [
        b"Subject: one\r\n\r\nfirst\r\n",
        b"Subject: two\r\n\r\nsecond\r\n",
    ]
    for place, one in enumerate(inlet.receive()):
        if place == 0:
            one.acknowledge()
    assert [one.data for one in inlet.receive()] == [b"Subject: two\r\n\r\nsecond\r\n"]
    with pytest.raises(ChannelError, match="has no mailbox"):
        list(Imap("127.0.0.1", dovecot, tls=False, user="edi", password="secret", mailbox="Nope").receive())


def test_a_server_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(ChannelError, match="cannot be asked for mail"):
        list(Imap("127.0.0.1", 1, tls=False, user="edi", password="secret").receive())
