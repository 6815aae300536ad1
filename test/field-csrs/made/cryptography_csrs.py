"""Prints requests that Python's cryptography makes, one JSON object of PEM by name."""

import ipaddress
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import AttributeOID, ExtendedKeyUsageOID, NameOID

HOST = "py.acme.internal"


def builder(*more):
    names = [x509.NameAttribute(NameOID.COMMON_NAME, HOST), *more]
    return x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))


def san(*more):
    return x509.SubjectAlternativeName([x509.DNSName(HOST), *more])


def pem(csr):
    return csr.public_bytes(serialization.Encoding.PEM).decode()


ec_key = ec.generate_private_key(ec.SECP256R1())
rsa_key = rsa.generate_private_key(65537, 2048)
usages = x509.KeyUsage(True, False, True, False, False, False, False, False, False)

made = {
    "san": pem(
        builder(x509.NameAttribute(NameOID.JURISDICTION_COUNTRY_NAME, "CH"))
        .add_extension(
            san(
                x509.IPAddress(ipaddress.ip_address("2001:db8::7")),
                x509.UniformResourceIdentifier("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"),
            ),
            critical=True,
        )
        .sign(ec_key, hashes.SHA384())
    ),
    "usages": pem(
        builder()
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usages, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(san(), critical=False)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(rsa_key.public_key()), critical=False
        )
        .sign(rsa_key, hashes.SHA256())
    ),
    "pss": pem(
        builder()
        .add_extension(san(), critical=False)
        .sign(
            rsa_key,
            hashes.SHA256(),
            rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
        )
    ),
    "ed25519": pem(
        builder()
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"secret")
        .add_extension(san(), critical=False)
        .sign(ed25519.Ed25519PrivateKey.generate(), None)
    ),
}
print(json.dumps(made))
