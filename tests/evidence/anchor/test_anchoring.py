"""Anchoring a head: what is kept, what is refused, and the rollbacks and forks that come to light."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.anchor.anchoring import Authority, Wanted, anchor_head, record_anchors
from vmsguard.evidence.anchor.exchange import MAX_REPLY, checked_url
from vmsguard.evidence.anchor.local_head import LocalHead
from vmsguard.evidence.anchor.outcome import Anchored, Contradicted, NotAnchored
from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import signature_line
from vmsguard.evidence.show import Filter, read_records

Serve = Callable[..., Awaitable[str]]
Opener = Callable[..., Any]
Tsa = Any


@pytest.fixture
def grow(opened: Opener, write_run: Callable[..., None]) -> Callable[[], None]:
    """A run more in the log."""

    def once() -> None:
        with opened() as log:
            write_run(log)

    return once


@pytest.fixture
def local(folder: Path, key: SigningKey, grow: Callable[[], None]) -> Callable[[], LocalHead]:
    grow()
    return lambda: LocalHead(folder, [key.verifier])


@pytest.fixture
def wanted(witness_key: WitnessKey) -> Callable[..., Wanted]:
    def ask(*urls: str, **more: Any) -> Wanted:
        return Wanted(witnesses=urls, keys=(witness_key.verifier,), **more)

    return ask


async def anchor(local: LocalHead, wanted: Wanted) -> list[Any]:
    return await anchor_head(local, wanted, Disk())


async def test_a_cosigned_head_is_kept_and_recorded(
    local: Any, wanted: Any, open_witness: Any, serve_witness: Serve, opened: Opener, folder: Path, witness_key: Any
) -> None:
    url = await serve_witness(open_witness()[0])
    head = local()

    (made,) = await anchor(head, wanted(url))
    with opened() as log:
        assert 1 == record_anchors(log, head, [made])

    size = head.head.size
    at = "2026-11-22T03:00:00Z"
    assert Anchored(url=url, kind="witness", name="example.org/witness", at=at, ref=f"{size}.note") == made
    note = parse_checkpoint((folder / "anchors" / f"{size}.note").read_bytes()).note
    assert note is not None
    assert [True] == [witness_key.verifier.verifies(note.text, line) for line in note.signatures[1:]]
    (record,) = read_records(folder, Filter(event="checkpoint.anchored"))
    told = {name: record[name] for name in ("size", "root", "kind", "ref", "name", "at")}
    assert {
        "size": size,
        "root": head.head.root_hex,
        "kind": "witness",
        "ref": f"{size}.note",
        "name": made.name,
        "at": at,
    } == told


async def test_a_growing_log_proves_its_growth_each_time(
    local: Any, wanted: Any, open_witness: Any, serve_witness: Serve, grow: Any
) -> None:
    witness, state = open_witness()
    url = await serve_witness(witness)

    for _ in range(3):
        assert [Anchored] == [type(outcome) for outcome in await anchor(local(), wanted(url))]
        grow()
    assert 3 == len(list((local().directory / "anchors").iterdir()))
    assert state.newest(local().head.origin).head.size < local().head.size


async def test_what_the_witness_knows_is_learnt_from_it(
    local: Any, wanted: Any, open_witness: Any, serve_witness: Serve, grow: Any, folder: Path, told: Any
) -> None:
    url = await serve_witness(open_witness()[0])
    await anchor(local(), wanted(url))
    shutil.rmtree(folder / "anchors")
    grow()

    assert [Anchored] == [type(outcome) for outcome in await anchor(local(), wanted(url))]
    assert [200, 409, 200] == [line["status"] for line in told.lines]


async def test_several_witnesses_sign_one_note(
    local: Any, open_witness: Any, witness_key: WitnessKey, serve_witness: Serve, serve_handler: Any, folder: Path
) -> None:
    second = WitnessKey.generate("example.org/second")
    url = await serve_witness(open_witness()[0])
    other = await serve_handler(cosigner(second))
    both = Wanted(witnesses=(url, other), keys=(witness_key.verifier, second.verifier))

    made = await anchor(local(), both)

    assert ["example.org/witness", "example.org/second"] == [one.name for one in made]
    note = parse_checkpoint((folder / "anchors" / made[0].ref).read_bytes()).note
    assert note is not None
    assert [local().head.origin, "example.org/witness", "example.org/second"] == [line.name for line in note.signatures]
    again = await anchor(local(), both)
    assert ["example.org/witness", "example.org/second"] == [one.name for one in again]
    assert note == parse_checkpoint((folder / "anchors" / made[0].ref).read_bytes()).note, "the oldest line stays"


def cosigner(key: WitnessKey, change: Callable[[str], str] = lambda text: text, time: int = 1_795_000_000) -> Any:
    """A witness that cosigns anything, or something else than it was asked."""

    async def answer(request: web.Request) -> web.StreamResponse:
        text = (await request.read()).partition(b"\n\n")[2].decode().rpartition("\n\n")[0] + "\n"
        line = key.cosign(change(text), time)
        return web.Response(body=signature_line(line.name, line.key_id, line.signature).encode())

    return answer


def other_size(text: str) -> str:
    origin, size, root = text.split("\n")[:3]
    return f"{origin}\n{int(size) + 1}\n{root}\n"


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(100):
        await response.write(bytes(MAX_REPLY))
    return response


async def silent(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response()


async def dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x")
        await asyncio.sleep(0.02)


def always(status: int, body: bytes = b"", **headers: str) -> Any:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return answer


HOSTILE = {
    "huge": (endless, "its reply is larger than 65536 bytes"),
    "silent": (silent, "it does not answer in time"),
    "dripping": (dripping, "it does not answer in time"),
    "redirecting": (always(302, Location="http://127.0.0.1:1/"), "it answers with a redirect, which is not followed"),
    "failing": (always(500, b"<b>secret</b>"), "it answers 500"),
}


@pytest.mark.parametrize("sort", HOSTILE)
async def test_whoever_does_not_answer_as_he_should_gives_nothing(
    local: Any, wanted: Any, serve_handler: Any, folder: Path, sort: str
) -> None:
    handler, why = HOSTILE[sort]
    url = await serve_handler(handler)

    seconds = 0.5 if "in time" in why else 30
    told = await anchor(local(), wanted(url, authorities=(Authority(url),), seconds=seconds))

    assert [(NotAnchored, why)] * 2 == [(type(outcome), outcome.why) for outcome in told]
    assert not list((folder / "anchors").glob("*.tsr"))


@pytest.mark.parametrize(
    ("change", "time", "expected"),
    [
        (other_size, 1_795_000_000, "does not verify"),
        (lambda text: text.replace("site-a", "site-b"), 1_795_000_000, "does not verify"),
        (lambda text: text, 0, "does not verify"),
        (lambda text: text, 2**62, "does not verify"),
    ],
)
async def test_a_cosignature_over_something_else_is_refused(
    local: Any, wanted: Any, serve_handler: Any, witness_key: Any, folder: Path, change: Any, time: int, expected: str
) -> None:
    url = await serve_handler(cosigner(witness_key, change, time))

    (told,) = await anchor(local(), wanted(url))

    assert isinstance(told, NotAnchored)
    assert expected in told.why
    assert not (folder / "anchors").exists()


async def test_a_cosignature_of_another_key_is_refused(local: Any, wanted: Any, serve_handler: Any) -> None:
    url = await serve_handler(cosigner(WitnessKey.generate("example.org/stranger")))

    (told,) = await anchor(local(), wanted(url))

    assert isinstance(told, NotAnchored)
    assert "it signed with none of the keys given here (example.org/witness)" == told.why


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, b"<html></html>", "its cosignature is of no use: note has no signature block"),
        (200, b"<html></html>\n", "its cosignature is of no use: note has a malformed signature line"),
        (200, b"", "its cosignature is of no use: note has no signature block"),
        (404, b"", "it answers 404"),
        (403, b"", "it answers 403"),
        (409, b"<html>", "it answers 409 without a size"),
        (409, b"3\n", "it answers 409"),
    ],
)
async def test_a_refusal_says_what_to_do(
    local: Any, wanted: Any, serve_handler: Any, status: int, body: bytes, why: str
) -> None:
    (told,) = await anchor(local(), wanted(await serve_handler(always(status, body))))

    assert isinstance(told, NotAnchored)
    assert why == told.why
    assert told.hint


async def test_a_log_put_back_to_an_old_copy_is_found(
    local: Any,
    wanted: Any,
    open_witness: Any,
    serve_witness: Serve,
    grow: Any,
    folder: Path,
    tmp_path: Path,
    opened: Opener,
) -> None:
    url = await serve_witness(open_witness()[0])
    shutil.copytree(folder, tmp_path / "old")
    grow()
    longer = local().head
    await anchor(local(), wanted(url))
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "old", folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    (told,) = await anchor(local(), wanted(url))

    ours = local().head
    why = f"it cosigned {longer.size} records of this log, and here are {ours.size}"
    assert (Contradicted, "rollback", why) == (type(told), told.kind, told.why)
    assert told.theirs is not None
    assert (longer.size, longer.root) == (told.theirs.size, told.theirs.root)
    kept = folder / "anchors" / f"{longer.size}.note"
    assert [kept] == [path for path in folder.rglob("*") if path.is_file() and path not in before]
    assert before == {path: path.read_bytes() for path in before}, "the log was not continued"
    with pytest.raises(EvidenceError, match=f"anchored head {longer.size}.note covers {longer.size}"):
        opened()
    (again,) = await anchor(local(), wanted("http://127.0.0.1:1"))
    assert ("rollback", "anchors/") == (again.kind, again.url), "now nobody has to be asked any more"


async def test_a_log_that_took_another_way_since_an_old_copy_is_found(
    local: Any, wanted: Any, open_witness: Any, serve_witness: Serve, grow: Any, folder: Path, tmp_path: Path
) -> None:
    url = await serve_witness(open_witness()[0])
    shutil.copytree(folder, tmp_path / "old")
    grow()
    first = local().head
    await anchor(local(), wanted(url))
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "old", folder)
    for _ in range(2):
        grow()

    (told,) = await anchor(local(), wanted(url))

    assert ("fork", local().head.root) == (told.kind, told.ours.root)
    assert told.theirs is not None
    assert first.root == told.theirs.root
    assert (folder / "anchors" / f"{first.size}.note").exists()


async def test_a_size_alone_accuses_and_does_not_prove(local: Any, wanted: Any, serve_handler: Any) -> None:
    (told,) = await anchor(local(), wanted(await serve_handler(always(409, b"1000000\n"))))

    assert ("rollback", 1_000_000, None) == (told.kind, told.theirs_size, told.theirs)


async def test_a_head_that_our_key_did_not_sign_is_no_proof(
    local: Any, wanted: Any, serve_handler: Any, witness_key: WitnessKey, folder: Path
) -> None:
    stranger = SigningKey.generate(local().head.origin)
    head = stranger.sign(Checkpoint(stranger.name, 1_000_000, bytes(32)))
    line = witness_key.cosign(head.text, 1_795_000_000)
    assert head.note is not None
    shown = head.note.to_bytes() + signature_line(line.name, line.key_id, line.signature).encode()

    async def lie(request: web.Request) -> web.StreamResponse:
        return web.Response(status=409, body=b"1000000\n") if request.method == "POST" else web.Response(body=shown)

    (told,) = await anchor(local(), wanted(await serve_handler(lie)))

    assert ("rollback", None) == (told.kind, told.theirs)
    assert not (folder / "anchors").exists()


async def test_a_witness_that_refuses_what_it_shows_is_at_fault_itself(
    local: Any, wanted: Any, serve_handler: Any, key: SigningKey, witness_key: WitnessKey
) -> None:
    assert local().head.note is not None
    line = witness_key.cosign(local().head.text, 1_795_000_000)
    shown = local().head.note.to_bytes() + signature_line(line.name, line.key_id, line.signature).encode()

    async def lie(request: web.Request) -> web.StreamResponse:
        return web.Response(status=422) if request.method == "POST" else web.Response(body=shown)

    (told,) = await anchor(local(), wanted(await serve_handler(lie)))

    assert isinstance(told, NotAnchored)
    assert "it refuses a head that continues the one it shows" == told.why


@pytest.mark.parametrize("with_root", [True, False])
async def test_a_timestamp_is_verified_kept_and_recorded(
    local: Any, tsa: Tsa, tsa_handler: Any, serve_handler: Any, opened: Opener, folder: Path, with_root: bool
) -> None:
    url = await serve_handler(tsa_handler)
    head = local()
    roots = tsa.roots if with_root else ()

    (made,) = await anchor(head, Wanted(authorities=(Authority(url, roots),)))
    with opened() as log:
        record_anchors(log, head, [made])

    note = (folder / "anchors" / f"{head.head.size}.note").read_bytes()
    token = (folder / "anchors" / f"{head.head.size}.1.tsr").read_bytes()
    assert ("tsa", "Test timestamps", f"{head.head.size}.1.tsr") == (made.kind, made.name, made.ref)
    assert with_root == (not made.unverified)
    assert tsa.accepts(token, note)
    assert not tsa.accepts(token, note + b"\n")
    (record,) = read_records(folder, Filter(event="checkpoint.anchored"))
    assert (made.at, sha256(token).hexdigest()) == (record["at"], record["sha256"])


async def test_a_token_covers_the_cosignatures_too_and_the_note_then_stays(
    local: Any, wanted: Any, open_witness: Any, serve_witness: Serve, tsa: Tsa, tsa_handler: Any, serve_handler: Any
) -> None:
    witness, authority = await serve_witness(open_witness()[0]), await serve_handler(tsa_handler)
    both = wanted(witness, authorities=(Authority(authority, tsa.roots), Authority(authority, tsa.roots)))

    made = await anchor(local(), both)
    folder = local().directory / "anchors"
    note = (folder / made[0].ref).read_bytes()
    again = await anchor(local(), both)

    size = local().head.size
    assert [f"{size}.note", f"{size}.1.tsr", f"{size}.2.tsr"] == [one.ref for one in made]
    assert all(tsa.accepts((folder / one.ref).read_bytes(), note) for one in made[1:])
    assert [NotAnchored, Anchored, Anchored] == [type(one) for one in again]
    assert note == (folder / made[0].ref).read_bytes()


@pytest.mark.parametrize("lie", ["nonce", "imprint", "html", "refused", "other root"])
async def test_an_authority_that_answers_something_else_is_refused(
    local: Any, tsa: Tsa, other_tsa: Tsa, serve_handler: Any, folder: Path, lie: str
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        query = await request.read()
        note = (folder / "anchors" / f"{local().head.size}.note").read_bytes()
        replies: dict[str, Callable[[], bytes]] = {
            "nonce": lambda: tsa.stamp(note),
            "imprint": lambda: tsa.stamp(b"something else"),
            "html": lambda: b"<html>",
            "refused": lambda: tsa.stamp(note, "plain", "-tspolicy", "1.2.3.4.99"),
            "other root": lambda: other_tsa.reply(query),
        }
        return web.Response(body=await asyncio.to_thread(replies[lie]))

    (told,) = await anchor(local(), Wanted(authorities=(Authority(await serve_handler(answer), tsa.roots),)))

    why = {
        "nonce": "its token is of no use: it answers another request: the nonce differs",
        "imprint": "its token is of no use: it is over other bytes",
        "html": "its token is of no use: it is no timestamp reply",
        "refused": "its token is of no use: the authority did not grant it",
        "other root": "its token cannot be verified: no given root leads to the authority that signed it",
    }
    assert isinstance(told, NotAnchored)
    assert why[lie] == told.why
    assert not list((folder / "anchors").glob("*.tsr"))


async def test_proxies_of_the_environment_are_not_used(
    local: Any, wanted: Any, open_witness: Any, serve_witness: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    url = await serve_witness(open_witness()[0])

    assert [Anchored] == [type(outcome) for outcome in await anchor(local(), wanted(url))]


async def test_nobody_there_is_told_as_such(local: Any, wanted: Any) -> None:
    (told,) = await anchor(local(), wanted("http://127.0.0.1:1"))

    assert isinstance(told, NotAnchored)
    assert told.why.startswith("no connection: ")


def test_a_log_whose_records_do_not_give_its_head_is_not_proven(local: Any, folder: Path) -> None:
    head = local()
    path = next((folder / "log").glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"cam-1", b"cam-9"))

    with pytest.raises(EvidenceError, match="do not lead to their own signed head"):
        head.prove(2)


def test_a_checkpoint_of_another_key_is_not_anchored(local: Any, folder: Path) -> None:
    with pytest.raises(EvidenceError, match="not signed with the key given here"):
        LocalHead(folder, [SigningKey.generate(local().head.origin).verifier])


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "ftp://example.org", "https://", "https://me:word@example.org", "http://a?b", "http://a:b"],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        checked_url(url)

    assert "word" not in f"{raised.value}{raised.value.hint}"
