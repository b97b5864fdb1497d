"""How clients reach the hubs of a run, and what they show there: nothing, in the open, or TLS and tokens."""
import base64
import functools
import hashlib
import hmac
import json
import os
import random
import secrets
import ssl
import subprocess
import time
import typing

BRIEF = (1.0, 8.0)  # seconds that a subscriber's token lasts, so that many end while a fault is on


@functools.cache
def context(protocol):
    """What a client of one protocol (ALPN) brings to a handshake. It trusts any certificate: the run has made them all."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_alpn_protocols([protocol])
    return made


class Address(typing.NamedTuple):
    """Where somebody listens, and whether in the open."""

    host: str
    port: int
    is_encrypted: bool = False

    def arguments(self, protocol="http/1.1"):
        """What asyncio's ways to connect are called with."""
        tls = {"ssl": context(protocol), "ssl_shutdown_timeout": 2} if self.is_encrypted else {}
        return {"host": self.host, "port": self.port, **tls}


class OpenAccess:
    """Anybody may do everything, and all can read it."""

    is_encrypted = False
    flags = {}  # of a hub

    def token(self, seconds=3600.0, **grants):
        """A token that lasts so long and grants `subscribe`, `publish` or `admin`; None where none is needed."""
        return None

    def brief_token(self, topics):
        """A token of a subscriber, that soon ends."""
        return self.token(random.uniform(*BRIEF), subscribe=topics)

    def fields(self, **grants):
        """What shows a new token of a long life."""
        return bearer(self.token(**grants))


class TokenAccess(OpenAccess):
    """The hubs and the balancer speak TLS, and let nobody in who shows no token."""

    is_encrypted = True

    def __init__(self, folder):
        self.secret = secrets.token_hex(32)
        self.certificates = os.path.join(folder, "tls")
        os.mkdir(self.certificates)
        certificate, key = (os.path.join(self.certificates, f"chaos.{kind}") for kind in ("crt", "key"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        # All have the same clock, and a token ends when it says so.
        self.flags = {"--tls-certificate": certificate, "--tls-key": key, "--jwt-key": f"HS256:{self.secret}",
                      "--jwt-leeway": "0s"}

    def token(self, seconds=3600.0, **grants):
        """A JWT (RFC 7519) in its compact form."""
        claims = {"exp": time.time() + seconds, "hub": grants}
        text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
        return f"{text}.{base64url(hmac.digest(self.secret.encode(), text.encode(), hashlib.sha256))}"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bearer(token):
    return [f"Authorization: Bearer {token}"] if token else []


def is_expiry(status, text):
    """Whether that is the answer to somebody whose token has ended."""
    return status == 401 and "expired" in text


def access(options, folder):
    return TokenAccess(folder) if options.encrypted else OpenAccess()
