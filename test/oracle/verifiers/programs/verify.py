"""Python's ssl module as a relying party: TLS handshakes in memory, with its own check of host names.

Reads one JSON object a line: {"use": "server" | "client", "host", "certificates", "key", "root"}, all
certificates in PEM. Writes one JSON string a line: why the use is refused, or "".
"""

import json
import ssl
import sys
import tempfile

WEAK_KEYS_TOO = "DEFAULT@SECLEVEL=0"


def main():
    for line in sys.stdin:
        print(json.dumps(refusal(json.loads(line))))


def refusal(asked):
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as holder:
            holder.write(asked["certificates"] + asked["key"])
            holder.flush()
            if asked["use"] == "server":
                return as_server(asked, holder.name)
            return as_client(asked, holder.name)
    except Exception as error:  # The reason is the answer, whatever it is.
        return f"{type(error).__name__}: {error}"


def as_server(asked, holder):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers(WEAK_KEYS_TOO)
    server.load_cert_chain(holder)
    client = ssl.create_default_context(cadata=asked["root"])
    client.set_ciphers(WEAK_KEYS_TOO)
    shake_hands(client, server, asked["host"])
    return ""


def as_client(asked, holder):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=asked["root"])
    server.verify_mode = ssl.CERT_REQUIRED
    server.set_ciphers(WEAK_KEYS_TOO)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as other:
        other.write(asked["serverCertificate"] + asked["serverKey"])
        other.flush()
        server.load_cert_chain(other.name)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.set_ciphers(WEAK_KEYS_TOO)
    client.load_cert_chain(holder)
    shake_hands(client, server, None)
    return ""


def shake_hands(client_context, server_context, host):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, server]
    for _ in range(20):
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass
        if not waiting:
            return
    raise RuntimeError("the handshake does not end")


main()
