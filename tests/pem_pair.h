/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PEM_PAIR_H
#define TESTS_PEM_PAIR_H

/*
 * A certificate that is its own issuer, for localhost, 127.0.0.1 and ::1, from
 * 2020 to 2120, and its key. It is worth nothing: everybody has the key.
 */
#define PEM_CERT \
	"-----BEGIN CERTIFICATE-----\n" \
	"MIIBeDCCAR+gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv\n" \
	"c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM\n" \
	"CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKGv3X6N2X88qBSj\n" \
	"YPE2wviUrwzgKS9GKS3m6czPPRN1liyJ3Tt7FGWiREWMwAICPgV5CeKNTG5KF1Hc\n" \
	"t12zxxGjYDBeMCwGA1UdEQQlMCOCCWxvY2FsaG9zdIcEfwAAAYcQAAAAAAAAAAAA\n" \
	"AAAAAAAAATAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBSiFdoakXsGAPR6PWgI\n" \
	"E5Qt8xpL+DAKBggqhkjOPQQDAgNHADBEAiB5ZvVJjdsNmXfGmAPuL4//WySd9UnD\n" \
	"qBjbhFkLNtC1FQIgA1ZYLni9RQ7kmvJu7OWxOZksrci0doQTW//oflY4jLM=\n" \
	"-----END CERTIFICATE-----\n"
#define PEM_KEY \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkawkMPPVn9Xs+Qbo\n" \
	"tHMokAOJzlQ989IIeXpJ8gKtP9ChRANCAAShr91+jdl/PKgUo2DxNsL4lK8M4Ckv\n" \
	"Rikt5unMzz0TdZYsid07exRlokRFjMACAj4FeQnijUxuShdR3Ldds8cR\n" \
	"-----END PRIVATE KEY-----\n"

#endif
