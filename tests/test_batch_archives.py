"""What archives hold is found whatever they are; what is hostile in them is refused with a sentence."""

from __future__ import annotations

import io
import stat
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_messages import SAC, data, interchange, message

from edifact_ics.batch import archives
from edifact_ics.batch.archives import Refused, Source, found_in, sources
from edifact_ics.batch.targets import Targets

SENT = data(interchange(message(SAC)))


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def mailed(*attachments: tuple[str, bytes], text: str = "Please lodge.") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "declarations"
    mail.set_content(text)
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail


def held(path: Path) -> list[Source | Refused]:
    return [one for found in found_in([str(path)], "/nowhere") for one in sources(found)]


def read(path: Path, content: bytes) -> list[tuple[str, bytes | str | None]]:
    """What a file holds: the names in it, with content or the reason why it was refused."""
    path.write_bytes(content)
    found = held(path)
    assert all(one.name.startswith(str(path)) for one in found)
    return [
        (one.name.removeprefix(str(path)).lstrip("/"), one.data if isinstance(one, Source) else one.why)
        for one in found
    ]


# ---------------------------------------------------------------------- what is found


def test_a_plain_file_is_read_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "sent.edi").write_bytes(SENT)
    [one] = held(tmp_path)
    assert isinstance(one, Source)
    assert (one.path, one.data, one.place, one.size) == (str(tmp_path / "sent.edi"), None, "sent.edi", len(SENT))


def test_members_of_a_zip_and_of_a_zip_in_it(tmp_path: Path) -> None:
    inner = zipped(("deep.edi", SENT))
    whole = zipped(("june/a.edi", SENT), ("inner.zip", inner), ("b.edi", b"no EDIFACT"))
    assert read(tmp_path / "a.zip", whole) == [
        ("june/a.edi", SENT),
        ("inner.zip/deep.edi", SENT),
        ("b.edi", b"no EDIFACT"),
    ]


def test_mails_in_a_zip(tmp_path: Path) -> None:
    mail = mailed(("a.edi", SENT)).as_bytes()
    whole = zipped(("one.eml", mail), ("old", b"From a@b Sat Nov 21\n" + mail))
    assert read(tmp_path / "a.zip", whole) == [("one.eml/2-a.edi", SENT), ("old/1/2-a.edi", SENT)]


def test_a_zip_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    assert read(tmp_path / "archive.old", zipped(("a.edi", SENT))) == [("a.edi", SENT)]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_all_kept(tmp_path: Path) -> None:
    whole = zipped(("a.edi", b"1"), ("a.edi", b"2"), ("a (2).edi", b"3"), ("a.edi", b"4"))
    assert read(tmp_path / "a.zip", whole) == [
        ("a.edi", b"1"),
        ("a (2).edi", b"2"),
        ("a (2) (2).edi", b"3"),
        ("a (3).edi", b"4"),
    ]


def test_attachments_of_an_mbox(tmp_path: Path) -> None:
    mails = [mailed(("a.edi", SENT)), mailed(("b.bin", SENT), ("logo.png", b"\x89PNG")), mailed(text=SENT.decode())]
    whole = b"".join(b"From a@b Sat Nov 21\n" + mail.as_bytes() + b"\n" for mail in mails)
    names = [name for name, _ in read(tmp_path / "old.mbox", whole)]
    contents = [content for _, content in read(tmp_path / "old.mbox", whole)]
    assert names == ["1/2-a.edi", "2/2-b.bin", "3/1-text.edi"]
    assert contents[:2] == [SENT, SENT]
    assert isinstance(contents[2], bytes)
    assert contents[2].strip().replace(b"\n", b"") == SENT.strip().replace(b"\n", b"")


def test_a_maildir_and_a_single_mail(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / name).mkdir(parents=True)
        (tmp_path / "Mail" / name / f"{name}:2,S").write_bytes(mailed(("a.zip", zipped(("x.edi", SENT)))).as_bytes())
    (tmp_path / "one.eml").write_bytes(mailed(("b.edi", SENT)).as_bytes())
    found = held(tmp_path)
    assert [one.name.removeprefix(f"{tmp_path}/") for one in found] == [
        "Mail/cur/cur:2,S/2-a.zip/x.edi",
        "Mail/new/new:2,S/2-a.zip/x.edi",
        "one.eml/2-b.edi",
    ]
    assert {one.data for one in found if isinstance(one, Source)} == {SENT}


def test_a_mail_without_edifact_is_passed_over_and_a_sealed_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(mailed(("notes.pdf", b"%PDF")).as_bytes())
    sealed = EmailMessage()
    sealed.set_content(b"\x30\x80", maintype="application", subtype="pkcs7-mime")
    (tmp_path / "2.eml").write_bytes(sealed.as_bytes())
    passed, refused = held(tmp_path)
    assert isinstance(passed, Refused)
    assert isinstance(refused, Refused)
    assert (passed.harmless, refused.harmless) == (True, False)
    assert "sealed" in refused.why


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "name", ["../evil.edi", "a/../../evil.edi", "/etc/evil.edi", "C:\\evil.edi", "..\\evil.edi", "C:evil.edi"]
)
def test_a_name_that_leads_out_of_its_archive_is_refused_and_the_others_are_read(name: str, tmp_path: Path) -> None:
    [evil, (good, content)] = read(tmp_path / "a.zip", zipped((name, SENT), ("good.edi", SENT)))
    assert evil[1] == "Its name leads out of the archive."
    assert (good, content) == ("good.edi", SENT)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.edi")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert read(tmp_path / "a.zip", zipped((link, b"/etc/passwd"))) == [("link.edi", "It is a link, no file.")]


def test_a_member_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST", 1_000)
    [(name, why), good] = read(tmp_path / "a.zip", zipped(("bomb.edi", b"'" * 1_001), ("good.edi", b"'" * 1_000)))
    assert (name, why) == ("bomb.edi", "It is too large: 1,001 bytes unpacked, where at most 1,000 are taken.")
    assert good[1] == b"'" * 1_000


def test_an_archive_that_unpacks_to_far_more_than_its_size_ends_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "ALLOWANCE", 0)
    inner = zipped(*((f"{number}.edi", b"'" * 100_000) for number in range(50)))
    found = read(tmp_path / "a.zip", zipped(("inner.zip", inner), ("last.edi", SENT)))
    assert found[-1] == ("", "It unpacks to far more than its size; the rest of it was not read.")
    assert 1 <= len(found) < 25


def test_zips_in_zips_go_only_so_deep(tmp_path: Path) -> None:
    nested = SENT
    for depth in range(5):
        nested = zipped((f"{depth}.zip" if depth else "a.edi", nested))
    assert read(tmp_path / "a.zip", nested) == [("4.zip/3.zip/2.zip", "Archives lie in archives more than 3 deep.")]


def test_a_damaged_zip_is_an_entry(tmp_path: Path) -> None:
    whole = zipped(("a.edi", SENT), ("b.edi", SENT))
    [(name, why)] = read(tmp_path / "cut.zip", whole[:-30])
    assert (name, str(why)[:23]) == ("", "The zip cannot be read:")
    damaged = whole.replace(whole[45:60], b"\xff" * 15, 1)
    [(_, why), good] = read(tmp_path / "torn.zip", damaged)
    assert str(why).startswith("It cannot be unpacked:")
    assert good == ("b.edi", SENT)


def test_a_locked_member_is_refused(tmp_path: Path) -> None:
    whole = bytearray(zipped(("a.edi", SENT)))
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    assert read(tmp_path / "a.zip", bytes(whole)) == [("a.edi", "It is locked with a password.")]


def test_a_mail_that_is_too_large_is_refused_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST", 2_000)
    mails = [mailed(("a.edi", b"UNA" * 2_000)), mailed(("b.edi", SENT[:300]))]
    whole = b"".join(b"From a@b Sat Nov 21\n" + mail.as_bytes() + b"\n" for mail in mails)
    assert [name for name, _ in read(tmp_path / "old.mbox", whole)] == ["1", "2/2-b.edi"]


@given(st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"From ", b"MIME-Version: 1.0\n", b""]), st.binary(max_size=300))
def test_no_bytes_are_an_exception(tmp_path_factory: pytest.TempPathFactory, beginning: bytes, rest: bytes) -> None:
    for suffix in ("zip", "eml"):
        path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
        path.write_bytes(beginning + rest)
        assert held(path)


def test_a_folder_that_cannot_be_listed_is_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(archives.os, "scandir", refuse)
    [one] = held(tmp_path)
    assert isinstance(one, Refused)
    assert one.name == str(tmp_path)
    assert one.why.startswith("It cannot be read")


# ---------------------------------------------------------------------- where outputs go


@settings(max_examples=40)
@given(st.lists(st.text(max_size=12).map(lambda text: "a/../" + text), max_size=20, unique=True))
def test_targets_stay_in_their_folder_and_are_never_shared(places: list[str]) -> None:
    targets = Targets()
    given_ = [targets.of(place, place) for place in places]
    assert len({target.casefold() for target in given_}) == len(places)
    for target in given_:
        assert target.startswith("files/")
        assert not {"", ".", ".."} & set(target.split("/"))
        assert target.isascii()
    assert [targets.of(place, place) for place in places] == given_
