"""Messages reach real receivers: an HTTP server, an SMTP server, and sockets that syslog would listen on."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from vmsguard.agent.notifications.mail import send_mail
from vmsguard.agent.notifications.message import compose
from vmsguard.agent.notifications.notifier import NotSent
from vmsguard.agent.notifications.root_cause import Situation, grouped, root_cause
from vmsguard.agent.notifications.send import sender
from vmsguard.agent.notifications.syslog import send_syslog, syslog_line
from vmsguard.errors import SecretMissing
from vmsguard.model.clock import SystemClock
from vmsguard.model.notification_routes import Mail, Route, Syslog, Webhook
from vmsguard.net.login import Login

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Secrets:
    known: ClassVar = {"secret://file/key": KEY, "secret://file/broken": "whsec_%%%", "secret://file/empty": ""}

    def text(self, reference: str) -> str:
        if reference not in self.known:
            raise SecretMissing(reference, "not there")
        return self.known[reference]

    def login(self, reference: str) -> Login | None:
        return Login(reference, "mailer", "pass word") if reference else None


@pytest.fixture
def message(alert):
    groups = grouped([alert("duty-missed", 'cam-"1]\\')], root_cause(Situation()))
    return compose(groups, route="ops", notices=[1], origin="vmsguard.example.org/hq", now=datetime.now(UTC))


@pytest.fixture
async def webhook():
    """Where posts arrive; ``answer`` is what it says to them."""
    got: list[tuple[dict[str, str], bytes]] = []
    receiver = SimpleNamespace(got=got, answer=lambda: web.Response(status=204), url="")

    async def take(request: web.Request) -> web.Response:
        got.append((dict(request.headers), await request.read()))
        return receiver.answer()

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def post(receiver, message, secret: str = "secret://file/key") -> None:
    await sender(Secrets(), SystemClock())(Route(id="r", way=Webhook(receiver.url, secret)), message)


async def test_a_webhook_is_signed_so_that_the_standard_receiver_accepts_it(webhook, message) -> None:
    await post(webhook, message)
    headers, body = webhook.got[0]
    told = Receiver(KEY).verify(body, headers)
    assert message.data == told["data"]
    assert message.id == headers["webhook-id"]
    with pytest.raises(WebhookVerificationError):
        Receiver(KEY).verify(body.replace(b"duty-missed", b"duty-kept!!"), headers)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (web.Response(status=500), "the webhook answered 500"),
        (web.Response(status=302, headers={"location": "http://127.0.0.1:9/"}), "the webhook answered 302"),
        (web.Response(status=404), "the webhook answered 404"),
    ],
)
async def test_anything_but_success_is_not_sent(webhook, message, answer, why) -> None:
    webhook.answer = lambda: answer
    with pytest.raises(NotSent) as raised:
        await post(webhook, message)
    assert (why, 1) == (raised.value.message, len(webhook.got))


@pytest.mark.parametrize("secret", ["secret://file/broken", "secret://file/empty", "secret://file/unknown"])
async def test_without_its_key_nothing_leaves(webhook, message, secret) -> None:
    with pytest.raises(NotSent):
        await post(webhook, message, secret)
    assert [] == webhook.got


async def test_nobody_there_is_not_sent(message) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound, not listening: refused, and nobody else can take the port
        with pytest.raises(NotSent) as raised:
            await post(SimpleNamespace(url=f"http://127.0.0.1:{bound.getsockname()[1]}/"), message)
    assert "could not be reached" in raised.value.message


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes, bool]] = []
        self.refuse: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos, envelope.content, session.ssl is not None))
        return "250 OK"


@pytest.fixture
async def mail_server():
    """Starts SMTP servers on loopback and stops them again."""
    running = []

    async def start(**how) -> tuple[Mailbox, int]:
        box = Mailbox()
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(box, hostname="mail.example.org", **how), "127.0.0.1", 0
        )
        running.append(server)
        return box, server.sockets[0].getsockname()[1]

    yield start
    for server in running:
        server.close()


def way(port: int, **how) -> Mail:
    return Mail(server="127.0.0.1", sender="vmsguard@example.org", recipients=("ops@example.org",), port=port, **how)


async def test_a_mail_carries_the_text_and_an_id_of_its_own(mail_server, message) -> None:
    box, port = await mail_server()
    await send_mail(way(port, tls="none"), None, message)
    recipients, content, _ = box.mails[0]
    told = content.decode()
    assert ["ops@example.org"] == recipients
    assert f"Message-ID: <{message.id}@vmsguard.invalid>" in told
    assert "Subject: [PAGE] a deletion was not verified in time: 1 place" in told
    assert "next:  restore access; the miss is on record and the deletion is tried again" in told


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A key and a certificate that vouches for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2126, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


async def test_a_server_without_starttls_gets_neither_mail_nor_login(mail_server, message) -> None:
    box, port = await mail_server()
    with pytest.raises(NotSent):
        await send_mail(way(port), Login("r", "mailer", "pass word"), message)
    assert [] == box.mails


async def test_a_certificate_nobody_vouches_for_gets_neither(mail_server, message, certificate) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box, port = await mail_server(tls_context=context)
    with pytest.raises(NotSent):
        await send_mail(way(port), None, message)
    assert [] == box.mails


async def test_over_starttls_the_login_goes_along(mail_server, message, certificate) -> None:
    logins = []

    def authenticator(server, session, envelope, mechanism, data):
        logins.append((data.login, data.password))
        return AuthResult(success=True)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box, port = await mail_server(tls_context=context, authenticator=authenticator, auth_required=True)
    trusting = ssl.create_default_context(cafile=certificate)
    await send_mail(way(port), Login("r", "mailer", "pass word"), message, context=trusting)
    assert [(b"mailer", b"pass word")] == logins
    assert [True] == [encrypted for *_, encrypted in box.mails]


async def test_a_recipient_the_server_refuses_is_told(mail_server, message) -> None:
    box, port = await mail_server()
    box.refuse = {"gone@example.org"}
    both = Mail(
        server="127.0.0.1",
        sender="vmsguard@example.org",
        recipients=("ops@example.org", "gone@example.org"),
        port=port,
        tls="none",
    )
    with pytest.raises(NotSent) as raised:
        await send_mail(both, None, message)
    assert "the mail server refused 1 of 2 recipients" == raised.value.message


EXPECTED_LINE = (
    '<105>1 {stamp} host vmsguard - page [vmsguard@32473 id="{id}" groups="duty-missed/system:t-cam-\\"1\\]\\\\/1"]'
    " [PAGE] a deletion was not verified in time: 1 place"
)


def expected_line(message) -> bytes:
    stamp = message.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return EXPECTED_LINE.replace("{stamp}", stamp).replace("{id}", message.id).encode()


def test_a_syslog_line_is_one_line_with_what_is_special_escaped(message) -> None:
    assert expected_line(message) == syslog_line(message, "host")


async def test_syslog_over_udp(message) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        await send_syslog(Syslog(f"127.0.0.1:{receiver.getsockname()[1]}"), message, "host")
        assert expected_line(message) == receiver.recv(4096)


async def test_syslog_over_tcp_counts_its_octets(message) -> None:
    got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await send_syslog(Syslog(f"127.0.0.1:{port}", "tcp"), message, "host")
    line = expected_line(message)
    assert b"%d %s" % (len(line), line) == await got
    server.close()


async def test_syslog_to_the_machines_own_socket(message, tmp_path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "log"))
        receiver.settimeout(10)
        await send_syslog(Syslog(str(tmp_path / "log")), message, "host")
        assert expected_line(message) == receiver.recv(4096)
    with pytest.raises(NotSent):
        await send_syslog(Syslog(str(tmp_path / "gone")), message, "host")


def test_the_body_is_json(message) -> None:
    assert {"type", "timestamp", "data"} == set(json.loads(message.body))
