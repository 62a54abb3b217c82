/* SPDX-License-Identifier: MIT */
/*
 * What the unit tests of TLS share: certificates that are good until 2199 (made
 * as tests/lib_tls.sh makes them), and both ends of a TLS connection over a
 * socketpair in one process. Nothing blocks: who waits gives the other end its
 * turn, up to TURNS_MAX times. Failures end the test.
 */

#include <sys/socket.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tls_rig.h"

enum { TURNS_MAX = 10000 };	/* until something is said to hang */

const char rig_ca[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdjCCARygAwIBAgIUcDKMRItYLtw6KS3h0PeucxnNAcwwCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNcHVsc2UgdGVzdCBjYTAgFw0wMTAxMDEwMDAwMDBaGA8yMTk5\n"
    "MDEwMTAwMDAwMFowGDEWMBQGA1UEAwwNcHVsc2UgdGVzdCBjYTBZMBMGByqGSM49\n"
    "AgEGCCqGSM49AwEHA0IABGkiajGREkPQ8E9SWJOYZPn1RpzhRp7Yuc2mMb4Pv9GU\n"
    "nWSgMSI+m7V0R0n2k9alz/lWJLgg7P6PBCKtK9dk8fqjQjBAMA8GA1UdEwEB/wQF\n"
    "MAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBTAeavzCu3FEbmAurm4W7vU\n"
    "Vf9gbTAKBggqhkjOPQQDAgNIADBFAiByLjQqseZaaAUnGbJl/QtWk3qUElv+lwOa\n"
    "yYD+uU2VHgIhAJXrlyIVjrARMUQtnv4SwmdmZrHwDf3mKs1RT6yN6P2p\n"
    "-----END CERTIFICATE-----\n";

const char rig_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBtjCCAVugAwIBAgIUbpU3UtbpNH3cY3yMAnUoXo2e9JEwCgYIKoZIzj0EAwIw\n"
    "HDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwIBcNMDEwMTAxMDAwMDAwWhgP\n"
    "MjE5OTAxMDEwMDAwMDBaMBoxGDAWBgNVBAMMD3B1bHNlIHRlc3QgY2VydDBZMBMG\n"
    "ByqGSM49AgEGCCqGSM49AwEHA0IABKUPLtCKV/r9f47ZgN+JBIcXGV+U6G5Lngmj\n"
    "lbjpwFoFjsgm0oj7sL9CUeeDCviopJCEwaSHEOmoJWTcm3ZCXWWjezB5MCwGA1Ud\n"
    "EQQlMCOCCWxvY2FsaG9zdIcEfwAAAYcQAAAAAAAAAAAAAAAAAAAAATAJBgNVHRME\n"
    "AjAAMB0GA1UdDgQWBBR3gcRTvNnDTlCW081gP3WPwaaYOzAfBgNVHSMEGDAWgBQO\n"
    "8103PwWkJtGDcxFnYnUSeEn/fzAKBggqhkjOPQQDAgNJADBGAiEAugSn5TehnTjq\n"
    "HgdQPhhBtNSjrCCgLBServTQR27RigICIQDmlTJbMM2YbNEXnKFKsPoxX9BD0eli\n"
    "/0Qf+nUqRfa6YA==\n"
    "-----END CERTIFICATE-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBnDCCAUGgAwIBAgIUBzEQW7Adcr1HXxBZIMm6nDsRl9cwCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNcHVsc2UgdGVzdCBjYTAgFw0wMTAxMDEwMDAwMDBaGA8yMTk5\n"
    "MDEwMTAwMDAwMFowHDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAATMLDkas9dp2DESiSGuVHma3+BPUK60B03MQfCC\n"
    "Wve37c+wM4GnIRk4HY5veUOy7q8/IQ5RtV7SQ+WTxyRopFx1o2MwYTAPBgNVHRMB\n"
    "Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUDvNdNz8FpCbRg3MR\n"
    "Z2J1EnhJ/38wHwYDVR0jBBgwFoAUwHmr8wrtxRG5gLq5uFu71FX/YG0wCgYIKoZI\n"
    "zj0EAwIDSQAwRgIhAOLiB6NdbAB8wezfm0Wr5skp4ESXBm7apIyrUt7mqQ+5AiEA\n"
    "4BrzM60d68zC5mqV6/GfIprSnRBgGt4BtYJn+G1vm5E=\n"
    "-----END CERTIFICATE-----\n";

const char rig_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgT1m3EixieUL2DSEK\n"
    "GDBomYgHmrkI/t2cwpYt4f3DopqhRANCAASlDy7Qilf6/X+O2YDfiQSHFxlflOhu\n"
    "S54Jo5W46cBaBY7IJtKI+7C/QlHngwr4qKSQhMGkhxDpqCVk3Jt2Ql1l\n"
    "-----END PRIVATE KEY-----\n";

const char rig_expired[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBtjCCAVygAwIBAgIUH61+i5SHQxFFtlI40ZoD6JgiG7swCgYIKoZIzj0EAwIw\n"
    "HDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwHhcNMDEwMTAxMDAwMDAwWhcN\n"
    "MDIwMTAxMDAwMDAwWjAdMRswGQYDVQQDDBJwdWxzZSB0ZXN0IGV4cGlyZWQwWTAT\n"
    "BgcqhkjOPQIBBggqhkjOPQMBBwNCAASlDy7Qilf6/X+O2YDfiQSHFxlflOhuS54J\n"
    "o5W46cBaBY7IJtKI+7C/QlHngwr4qKSQhMGkhxDpqCVk3Jt2Ql1lo3sweTAsBgNV\n"
    "HREEJTAjgglsb2NhbGhvc3SHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEwCQYDVR0T\n"
    "BAIwADAdBgNVHQ4EFgQUd4HEU7zZw05QltPNYD91j8GmmDswHwYDVR0jBBgwFoAU\n"
    "DvNdNz8FpCbRg3MRZ2J1EnhJ/38wCgYIKoZIzj0EAwIDSAAwRQIgPJ/3YUq9CDzF\n"
    "n3bm/a6AKqImRKycMRe1TkuPcx6UMY4CIQCrReOxeC4FFLlBKhFE4hNVYulIuXUc\n"
    "JMrhzmMReTrTQg==\n"
    "-----END CERTIFICATE-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBnDCCAUGgAwIBAgIUBzEQW7Adcr1HXxBZIMm6nDsRl9cwCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNcHVsc2UgdGVzdCBjYTAgFw0wMTAxMDEwMDAwMDBaGA8yMTk5\n"
    "MDEwMTAwMDAwMFowHDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAATMLDkas9dp2DESiSGuVHma3+BPUK60B03MQfCC\n"
    "Wve37c+wM4GnIRk4HY5veUOy7q8/IQ5RtV7SQ+WTxyRopFx1o2MwYTAPBgNVHRMB\n"
    "Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUDvNdNz8FpCbRg3MR\n"
    "Z2J1EnhJ/38wHwYDVR0jBBgwFoAUwHmr8wrtxRG5gLq5uFu71FX/YG0wCgYIKoZI\n"
    "zj0EAwIDSQAwRgIhAOLiB6NdbAB8wezfm0Wr5skp4ESXBm7apIyrUt7mqQ+5AiEA\n"
    "4BrzM60d68zC5mqV6/GfIprSnRBgGt4BtYJn+G1vm5E=\n"
    "-----END CERTIFICATE-----\n";

const char rig_future[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBuTCCAV+gAwIBAgIUcVW74hQ8pYVmjCBxC9EvyYHAWWswCgYIKoZIzj0EAwIw\n"
    "HDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwIhgPMjE5ODAxMDEwMDAwMDBa\n"
    "GA8yMTk5MDEwMTAwMDAwMFowHDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBmdXR1cmUw\n"
    "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASlDy7Qilf6/X+O2YDfiQSHFxlflOhu\n"
    "S54Jo5W46cBaBY7IJtKI+7C/QlHngwr4qKSQhMGkhxDpqCVk3Jt2Ql1lo3sweTAs\n"
    "BgNVHREEJTAjgglsb2NhbGhvc3SHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEwCQYD\n"
    "VR0TBAIwADAdBgNVHQ4EFgQUd4HEU7zZw05QltPNYD91j8GmmDswHwYDVR0jBBgw\n"
    "FoAUDvNdNz8FpCbRg3MRZ2J1EnhJ/38wCgYIKoZIzj0EAwIDSAAwRQIhAJBXB8YU\n"
    "kRaeP2xeIfQtN2nVYuvVhRbMRFRlt3O29fAgAiB0p0BTzyCV+4BvU7ZSYdBnbL+I\n"
    "UhuLnDmjlqWJN2mqVw==\n"
    "-----END CERTIFICATE-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBnDCCAUGgAwIBAgIUBzEQW7Adcr1HXxBZIMm6nDsRl9cwCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNcHVsc2UgdGVzdCBjYTAgFw0wMTAxMDEwMDAwMDBaGA8yMTk5\n"
    "MDEwMTAwMDAwMFowHDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAATMLDkas9dp2DESiSGuVHma3+BPUK60B03MQfCC\n"
    "Wve37c+wM4GnIRk4HY5veUOy7q8/IQ5RtV7SQ+WTxyRopFx1o2MwYTAPBgNVHRMB\n"
    "Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUDvNdNz8FpCbRg3MR\n"
    "Z2J1EnhJ/38wHwYDVR0jBBgwFoAUwHmr8wrtxRG5gLq5uFu71FX/YG0wCgYIKoZI\n"
    "zj0EAwIDSQAwRgIhAOLiB6NdbAB8wezfm0Wr5skp4ESXBm7apIyrUt7mqQ+5AiEA\n"
    "4BrzM60d68zC5mqV6/GfIprSnRBgGt4BtYJn+G1vm5E=\n"
    "-----END CERTIFICATE-----\n";

const char rig_elsewhere[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBrzCCAVagAwIBAgIUeZHCC+6kMAl3MHywfvud2TeigIMwCgYIKoZIzj0EAwIw\n"
    "HDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwIBcNMDEwMTAxMDAwMDAwWhgP\n"
    "MjE5OTAxMDEwMDAwMDBaMB8xHTAbBgNVBAMMFHB1bHNlIHRlc3QgZWxzZXdoZXJl\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpQ8u0IpX+v1/jtmA34kEhxcZX5To\n"
    "bkueCaOVuOnAWgWOyCbSiPuwv0JR54MK+KikkITBpIcQ6aglZNybdkJdZaNxMG8w\n"
    "IgYDVR0RBBswGYIRZWxzZXdoZXJlLmV4YW1wbGWHBMAAAgEwCQYDVR0TBAIwADAd\n"
    "BgNVHQ4EFgQUd4HEU7zZw05QltPNYD91j8GmmDswHwYDVR0jBBgwFoAUDvNdNz8F\n"
    "pCbRg3MRZ2J1EnhJ/38wCgYIKoZIzj0EAwIDRwAwRAIgL+DSUKujT3Fb0Q/d01dd\n"
    "bdydBEK2BxR3YEx9bZcSkQkCIH6jL8QGEiAt+0YvSgAeo9I5ixyJR35u8w+TRIG3\n"
    "D31I\n"
    "-----END CERTIFICATE-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBnDCCAUGgAwIBAgIUBzEQW7Adcr1HXxBZIMm6nDsRl9cwCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNcHVsc2UgdGVzdCBjYTAgFw0wMTAxMDEwMDAwMDBaGA8yMTk5\n"
    "MDEwMTAwMDAwMFowHDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBtaWRkbGUwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAATMLDkas9dp2DESiSGuVHma3+BPUK60B03MQfCC\n"
    "Wve37c+wM4GnIRk4HY5veUOy7q8/IQ5RtV7SQ+WTxyRopFx1o2MwYTAPBgNVHRMB\n"
    "Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUDvNdNz8FpCbRg3MR\n"
    "Z2J1EnhJ/38wHwYDVR0jBBgwFoAUwHmr8wrtxRG5gLq5uFu71FX/YG0wCgYIKoZI\n"
    "zj0EAwIDSQAwRgIhAOLiB6NdbAB8wezfm0Wr5skp4ESXBm7apIyrUt7mqQ+5AiEA\n"
    "4BrzM60d68zC5mqV6/GfIprSnRBgGt4BtYJn+G1vm5E=\n"
    "-----END CERTIFICATE-----\n";

const char rig_self[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBkTCCATigAwIBAgIUIIcy3F70HYarZYKn9MXu2M90F0IwCgYIKoZIzj0EAwIw\n"
    "GjEYMBYGA1UEAwwPcHVsc2UgdGVzdCBzZWxmMCAXDTAxMDEwMTAwMDAwMFoYDzIx\n"
    "OTkwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA9wdWxzZSB0ZXN0IHNlbGYwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAASlDy7Qilf6/X+O2YDfiQSHFxlflOhuS54Jo5W4\n"
    "6cBaBY7IJtKI+7C/QlHngwr4qKSQhMGkhxDpqCVk3Jt2Ql1lo1owWDAsBgNVHREE\n"
    "JTAjgglsb2NhbGhvc3SHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEwCQYDVR0TBAIw\n"
    "ADAdBgNVHQ4EFgQUd4HEU7zZw05QltPNYD91j8GmmDswCgYIKoZIzj0EAwIDRwAw\n"
    "RAIgHNKxt9nzoBnqBx70f7Qy8GkZgCvNnyNtMuwjbRxGylMCID5SQ4lfAvAKZVzz\n"
    "q0c8jgEF4WpqCzYPVsV8LUp/f7c0\n"
    "-----END CERTIFICATE-----\n";

const char rig_other_ca[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBgTCCASigAwIBAgIUHBT1CuhWSZhbFsb4lOnTLPrbTdQwCgYIKoZIzj0EAwIw\n"
    "HjEcMBoGA1UEAwwTcHVsc2UgdGVzdCBvdGhlcl9jYTAgFw0wMTAxMDEwMDAwMDBa\n"
    "GA8yMTk5MDEwMTAwMDAwMFowHjEcMBoGA1UEAwwTcHVsc2UgdGVzdCBvdGhlcl9j\n"
    "YTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOcxzwBwofeWQo2PoP1UaG63Ei2Q\n"
    "TE/ss4Vdelh4ALn9Zzrn92SccTNHZP9T5955ifVVC4a5uqMkeH5vle32npGjQjBA\n"
    "MA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBTv3W0P\n"
    "jZs3T7QpKy3AtfmGDd4tRDAKBggqhkjOPQQDAgNHADBEAiAaCRaQtopuKfpx4rv5\n"
    "lfPXQh7pnMZwB4HIbUQBWGuFmAIgAOFRtQn+AAsxiC357fZowrl7EP3zFZI2PlmY\n"
    "Xl2VNEw=\n"
    "-----END CERTIFICATE-----\n";

const char rig_client_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBmjCCAUCgAwIBAgIUZGveqlhuWuC5a6XXNPtIuvhaxIYwCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNcHVsc2UgdGVzdCBjYTAgFw0wMTAxMDEwMDAwMDBaGA8yMTk5\n"
    "MDEwMTAwMDAwMFowHDEaMBgGA1UEAwwRcHVsc2UgdGVzdCBjbGllbnQwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAAR/XEzE0E0QWLP1z1j/NFvBxi8x3WiUdnX2iads\n"
    "PnUc1V+F2Y9skRSPRXH2jTCNfk6Wl63BZPKzIP3auf/0Zysho2IwYDAJBgNVHRME\n"
    "AjAAMBMGA1UdJQQMMAoGCCsGAQUFBwMCMB0GA1UdDgQWBBQDNWSUc0aDtp59A5bf\n"
    "cVKvsAj31DAfBgNVHSMEGDAWgBTAeavzCu3FEbmAurm4W7vUVf9gbTAKBggqhkjO\n"
    "PQQDAgNIADBFAiAYxff+ttH7fgqeHwd8wTlQC9jO17u8JuZt/zQu0lbJ4wIhAJic\n"
    "SkKv5J4ONDePGoo8jmxl8Lihj1WRUrUSEYE3V1AC\n"
    "-----END CERTIFICATE-----\n";

const char rig_client_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/4elM+I9H5AzqSz6\n"
    "17j4yzQIENXkSKCEgrPdfBiBMeShRANCAAR/XEzE0E0QWLP1z1j/NFvBxi8x3WiU\n"
    "dnX2iadsPnUc1V+F2Y9skRSPRXH2jTCNfk6Wl63BZPKzIP3auf/0Zysh\n"
    "-----END PRIVATE KEY-----\n";

const char rig_strange_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2iLeMEio0r18mN2+\n"
    "clf0lCfzmPu6EN8nyquLt/5auDuhRANCAARBS1yI1gCNig7637/NN1wUXMt9M60y\n"
    "kZ9zZJQb9S8A5rTKU/Sn9JG7KVfNM+SM981AMLpSsa8vDZ2dtnXLSJtk\n"
    "-----END PRIVATE KEY-----\n";

const char rig_encrypted_key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgDVxKmMKdmYAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEHxjXgJLJakzNkXmZMkToTEEgZDH\n"
    "aV4HCdV0QHsIBAGRt9ZzuL5BXXLSrcdyAbzT0uegjSyOWyXmA/rdBMF1sCwThYDR\n"
    "RWFEfNVvhrDt+57oKBX/9fjyhhspNw22vpSe9nymXtIpOeV4CivABLwFrtYBvQQU\n"
    "ldZAg/qYA2bcwIjbEQP4XnT+qDyrWLOdC/AYkbmZAOuJDzwV2/QxpnM9+hy13hk=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

bool
rig_use_tls12(void)
{
	static const char config[] = "openssl_conf = a\n[a]\nssl_conf = b\n"
	    "[b]\nsystem_default = c\n[c]\nMaxProtocol = TLSv1.2\n";
	const char *fork_mode = getenv("CK_FORK");
	char path[] = "/tmp/pulse-test-XXXXXX", why[TLS_TEXT_MAX];
	const struct tls_settings settings = { .is_insecure = true };
	struct tls_context *ctx;
	int fd;

	if (fork_mode != NULL && strcmp(fork_mode, "no") == 0)
		return false;
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq((int)write(fd, config, sizeof(config) - 1),
	    (int)sizeof(config) - 1);
	close(fd);
	setenv("OPENSSL_CONF", path, 1);
	/* It is read now. */
	ctx = tls_client_new(&settings, why);
	ck_assert_ptr_nonnull(ctx);
	tls_context_free(ctx);
	unlink(path);
	return true;
}

void
rig_socketpair(int fds[2])
{
	int i;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(fcntl(fds[i], F_SETFL, O_NONBLOCK), 0);
}

void
rig_open(struct tls_rig *rig, const struct tls_settings *client,
    const struct tls_settings *server, const char *name)
{
	static const struct tls_settings good_client = {
		.ca = RIG_TEXT(rig_ca)
	};
	static const struct tls_settings good_server = {
		.cert = RIG_TEXT(rig_cert), .key = RIG_TEXT(rig_key)
	};
	char why[TLS_TEXT_MAX] = "";

	memset(rig, 0, sizeof(*rig));
	rig->client_context = tls_client_new(client != NULL ? client :
	    &good_client, why);
	ck_assert_msg(rig->client_context != NULL, "client: %s", why);
	rig->server_context = tls_server_new(server != NULL ? server :
	    &good_server, why);
	ck_assert_msg(rig->server_context != NULL, "server: %s", why);
	rig->peer = tls_peer_new(rig->client_context, name, true);
	rig->fds[0] = rig->fds[1] = -1;
	rig_connect(rig);
}

void
rig_connect(struct tls_rig *rig)
{
	rig_disconnect(rig);
	rig_socketpair(rig->fds);
	rig->client = tls_connect(rig->peer, rig->fds[0]);
	rig->server = tls_accept(rig->server_context, rig->fds[1]);
	ck_assert(rig->client != NULL && rig->server != NULL);
}

void
rig_disconnect(struct tls_rig *rig)
{
	int i;

	tls_free(rig->client);
	tls_free(rig->server);
	rig->client = rig->server = NULL;
	for (i = 0; i < 2; i++) {
		if (rig->fds[i] != -1)
			close(rig->fds[i]);
		rig->fds[i] = -1;
	}
}

void
rig_close(struct tls_rig *rig)
{
	rig_disconnect(rig);
	tls_peer_free(rig->peer);
	tls_context_free(rig->client_context);
	tls_context_free(rig->server_context);
}

/* One step of one end: 0, or why not, EAGAIN as long as it goes on. */
static int
step(struct tls *t, int error)
{
	if (error == EAGAIN)
		error = tls_handshake(t) == 0 ? 0 : errno;
	return error;
}

void
rig_handshake(struct tls_rig *rig, int *client_error, int *server_error)
{
	int i;

	*client_error = *server_error = EAGAIN;
	for (i = 0; i < TURNS_MAX; i++) {
		*client_error = step(rig->client, *client_error);
		*server_error = step(rig->server, *server_error);
		/* Who failed has said all, and who waits will wait on. */
		if ((*client_error != EAGAIN && *server_error != EAGAIN) ||
		    (i > 0 && *client_error != EAGAIN && *client_error != 0) ||
		    (i > 0 && *server_error != EAGAIN && *server_error != 0))
			break;
	}
	ck_assert_int_lt(i, TURNS_MAX);
}

void
rig_shake(struct tls_rig *rig)
{
	char client_text[TLS_TEXT_MAX], server_text[TLS_TEXT_MAX];
	int client_error, server_error;

	rig_handshake(rig, &client_error, &server_error);
	ck_assert_msg(client_error == 0 && server_error == 0,
	    "client: %s, server: %s", tls_error(rig->client, client_text),
	    tls_error(rig->server, server_text));
}

void
rig_send(struct tls *from, struct tls *to, const char *text)
{
	size_t len = strlen(text), got = 0;
	char in[256];
	ssize_t n;
	int i;

	ck_assert_uint_le(len, sizeof(in));
	ck_assert_int_eq((int)tls_write(from, text, len), (int)len);
	for (i = 0; got < len && i < TURNS_MAX; i++) {
		n = tls_read(to, in + got, len - got);
		ck_assert(n > 0 || (n == -1 && errno == EAGAIN));
		got += n > 0 ? (size_t)n : 0;
	}
	ck_assert_uint_eq(got, len);
	ck_assert_mem_eq(in, text, len);
}
