"""Writes a request with mbedTLS 2.28, by its library: mbedtls.py KEY.pem SUBJECT EXTENSION_HEX."""

import ctypes
import sys

MD_SHA256 = 6
KU_DIGITAL_SIGNATURE = 0x80
NS_CERT_TYPE_SSL_SERVER = 0x40
SUBJECT_ALT_NAME = bytes([0x55, 0x1D, 0x11])
# More than any of its structures takes: that of the entropy has a pool of 37 KiB (HAVEGE).
CONTEXT_BYTES = 1 << 20

crypto = ctypes.CDLL("libmbedcrypto.so.7", mode=ctypes.RTLD_GLOBAL)
x509 = ctypes.CDLL("libmbedx509.so.1")


def context():
    return ctypes.create_string_buffer(CONTEXT_BYTES)


def must(code, what):
    if code < 0:
        sys.exit(f"{what}: -0x{-code:04x}")


crypto.mbedtls_version_get_number.restype = ctypes.c_uint
if crypto.mbedtls_version_get_number() >> 16 != 0x021C:
    sys.exit("this is not mbedTLS 2.28")

entropy, drbg, key, csr = context(), context(), context(), context()
crypto.mbedtls_entropy_init(entropy)
crypto.mbedtls_ctr_drbg_init(drbg)
random = ctypes.cast(crypto.mbedtls_ctr_drbg_random, ctypes.c_void_p)
collect = ctypes.cast(crypto.mbedtls_entropy_func, ctypes.c_void_p)
must(crypto.mbedtls_ctr_drbg_seed(drbg, collect, entropy, None, ctypes.c_size_t(0)), "seed")

with open(sys.argv[1], "rb") as file:
    pem = file.read() + b"\0"
crypto.mbedtls_pk_init(key)
must(
    crypto.mbedtls_pk_parse_key(key, pem, ctypes.c_size_t(len(pem)), None, ctypes.c_size_t(0)),
    "key",
)

x509.mbedtls_x509write_csr_init(csr)
x509.mbedtls_x509write_csr_set_md_alg(csr, MD_SHA256)
x509.mbedtls_x509write_csr_set_key(csr, key)
must(x509.mbedtls_x509write_csr_set_subject_name(csr, sys.argv[2].encode()), "subject")
must(
    x509.mbedtls_x509write_csr_set_key_usage(csr, ctypes.c_ubyte(KU_DIGITAL_SIGNATURE)),
    "key usage",
)
must(
    x509.mbedtls_x509write_csr_set_ns_cert_type(csr, ctypes.c_ubyte(NS_CERT_TYPE_SSL_SERVER)),
    "Netscape",
)
names = bytes.fromhex(sys.argv[3])
must(
    x509.mbedtls_x509write_csr_set_extension(
        csr,
        SUBJECT_ALT_NAME,
        ctypes.c_size_t(len(SUBJECT_ALT_NAME)),
        names,
        ctypes.c_size_t(len(names)),
    ),
    "SAN",
)
output = context()
must(
    x509.mbedtls_x509write_csr_pem(csr, output, ctypes.c_size_t(CONTEXT_BYTES), random, drbg),
    "write",
)
sys.stdout.write(output.value.decode())
