"""Tokens, as the server of a page makes them for a hub."""

import base64
import hashlib
import hmac
import json
import time

SECRET = "0123456789abcdef0123456789abcdef"
# The options of a hub that takes these tokens, and none that have ended.
OPTIONS = ["--jwt-key", f"HS256:{SECRET}", "--jwt-leeway", "0s"]


def token(seconds, grants=("*",)):
    """One that is good for some seconds, for every topic or for those that are granted."""
    now, grants = time.time(), list(grants)
    claims = {"sub": "ada", "iat": now, "exp": now + seconds, "hub": {"subscribe": grants, "publish": grants}}
    text = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{text}.{encode(hmac.digest(SECRET.encode(), text.encode(), hashlib.sha256))}"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
