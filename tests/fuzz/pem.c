/* SPDX-License-Identifier: MIT */
/*
 * Certificates and keys: a PEM file is its text or refused, never a part of it;
 * the text as issuers to trust, as whoever sends a run gives them to a worker,
 * and as a certificate with its key, is taken or refused with a reason that
 * shows nothing of a key.
 */

#include <stdlib.h>
#include <string.h>

#include "base/pem.h"
#include "base/tls_context.h"
#include "load/connect.h"
#include "tests/fuzz/rig.h"

static void
check_text(char *text)
{
	struct tls_settings ca = { .ca = text }, cert = { .cert = text };
	char why[TLS_TEXT_MAX] = "";
	struct tls_context *ctx;

	(void)connect_count_certs(text);
	if ((ctx = tls_client_new(&ca, why)) == NULL)
		fuzz_check_why(why, sizeof(why));
	tls_context_free(ctx);
	/* One takes a millisecond. */
	if (strstr(text, "KEY-----") == NULL)
		return;
	if ((ctx = tls_server_new(&cert, why)) == NULL)
		fuzz_check_why(why, sizeof(why));
	tls_context_free(ctx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[TLS_TEXT_MAX] = "", *text;

	if (size > FUZZ_FILE_MAX)
		return 0;
	if (pem_read(&text, fuzz_file(data, size), "--cert: file",
	    why) == -1) {
		fuzz_check_why(why, sizeof(why));
		FUZZ_CHECK(text == NULL && memchr(data, '\0', size) != NULL);
	} else {
		FUZZ_CHECK(strlen(text) == size);
		FUZZ_CHECK(size == 0 || memcmp(text, data, size) == 0);
		check_text(text);
	}
	fuzz_file_close();
	pem_free(text);
	return 0;
}
