/* SPDX-License-Identifier: MIT */
#ifndef REPORT_RIG_H
#define REPORT_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

/*
 * What the tests of reports stand on: made-up runs, the same on every machine,
 * and golden files. Every function fails the test rather than return an error.
 */
#define RIG_START_WALL_NS	UINT64_C(1767323045000000006)

struct fixture {
	struct plan	 plan;
	struct result	*result;
	struct snapshot	 snapshots[3];
	size_t		 nsnapshots;
	struct report	 report;
};

/* A fixture with so many generators that make has filled, and its report. */
struct fixture *rig_new(void (*make)(struct fixture *), size_t ngenerators);
void	 rig_free(struct fixture *f);

void	 rig_set_text(char **p, const char *s);
void	 rig_add_phase(struct plan *plan, struct phase phase);
void	 rig_add_threshold(struct plan *plan, const char *expr);
/* n requests of a plausible kind that went well: a tenth opens a connection. */
void	 rig_record_run(struct result *res, uint64_t n, uint64_t dropped,
	    bool is_tls);
/* Makes n of them failed ones. */
void	 rig_fail_requests(struct result *res, enum part part,
	    enum cause cause, uint64_t n);
/*
 * One request that is kept by itself, of a plausible kind; with a cause it
 * failed in its first byte's part. i tells one from another.
 */
void	 rig_add_exemplar(struct result *res, uint64_t i, uint64_t latency_ns,
	    enum cause cause);
/* The first two of them took part. */
void	 rig_set_generators(struct result *res);

/*
 * The report in this format is tests/report_FILE.ref, byte for byte, and has
 * no secret in it. With PULSE_WRITE_REF in the environment the file is written
 * anew.
 */
void	 rig_check_golden(const struct fixture *f, const char *file,
	    enum report_format format);
/* Text: 80 columns of ASCII, nothing behind the last word of a line. */
void	 rig_check_form(const struct fixture *f);

#endif
