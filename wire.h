/* SPDX-License-Identifier: MIT */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "load/arrival.h"
#include "load/connect.h"

#define PULSE_VERSION	"0.1.0"

enum {
	WIRE_CONCURRENCY = 256,			/* of a plan that names none */
	WIRE_CONCURRENCY_MAX = 1000000,
	WIRE_HEADERS_MAX = 200,
	WIRE_HEADER_BYTES_MAX = 64 * 1024,	/* of all of them together */
	WIRE_METHOD_MAX = 32,			/* letters */
	WIRE_REDIRECTS = 9,
	WIRE_REDIRECTS_MAX = 100,
	WIRE_BODY_MAX = 16 * 1024 * 1024,	/* of a request to the target */
	WIRE_RUN_MAX = 1024 * 1024,		/* bytes of a run request */
	/*
	 * Of the CAs of a request. A worker reads them in its own loop, about a
	 * millisecond for each, and whoever pings it waits; this much is more
	 * than all the CAs that systems come with.
	 */
	WIRE_CA_MAX = 256 * 1024,		/* bytes of PEM */
	WIRE_SAMPLE_MAX = 63,			/* of that header's name */
	WIRE_CHECKS_MAX = 64,			/* of each kind */
	WIRE_CHECKS_BYTES_MAX = 64 * 1024,	/* of all of them together */
	WIRE_CHECKED_MAX = 1024 * 1024,		/* bytes of a body to look at */
	WIRE_TEXT_MAX = 256			/* of a reason, with its NUL */
};
#define WIRE_TIMEOUT_NS		(30 * NS_PER_SEC)
#define WIRE_INTERVAL_NS	NS_PER_SEC
#define WIRE_INTERVAL_MIN_NS	(10 * NS_PER_MS)
#define WIRE_LEASE_MIN_NS	(100 * NS_PER_MS)

enum policy {
	POLICY_DROP,
	POLICY_BLOCK
};

struct header {
	char	*name;
	char	*value;
};

/*
 * What an answer must have for its request to have gone well. headers and json
 * are pairs of name and expected value, sorted by name; texts are found
 * anywhere in a body. Owns all of them.
 */
struct checks {
	int		 status;	/* 0: below 400 is well */
	struct header	*headers;
	size_t		 nheaders;
	char		**texts;
	size_t		 ntexts;
	struct header	*json;		/* members at the top level */
	size_t		 njson;
};

/* What to request. Owns its strings. */
struct scenario {
	char		*url;
	char		*method;	/* upper case */
	struct header	*headers;	/* in order, with repeats */
	size_t		 nheaders;
	char		*body;		/* NULL when there is none */
	size_t		 body_len;
	uint64_t	 timeout_ns;	/* for a whole request */
	uint64_t	 redirects;	/* most that are followed */
	bool		 keep_alive;
	int		 family;	/* 0 any, 4, 6 */
	char		*sample_header;	/* of answers, kept for a few; NULL */
	struct connect_settings connect;
	struct checks	 checks;
};

/* What a run is to do. Owns phases, scenario and take. */
struct run_request {
	struct phase	*phases;
	size_t		 nphases;
	uint64_t	 max_concurrency;
	enum policy	 policy;
	struct scenario	 scenario;
	bool		 is_poisson;
	uint64_t	 seed;
	bool		 has_seed;
	uint64_t	 requests;	/* stop after so many; 0: no limit */
	uint64_t	 interval_ns;
	uint64_t	 warmup_ns;
	/*
	 * Of the whole plan only the arrivals n with n mod of among take,
	 * ascending; of is 0 when all are to be made here.
	 */
	uint32_t	 of;
	uint32_t	 ntake;
	uint32_t	*take;
	uint64_t	 start_at_ns;	/* CLOCK_MONOTONIC; 0: at once */
	uint64_t	 lease_ns;	/* of the coordinator; 0: none */
};

/*
 * A reason, for whoever refuses something: one line, cut to fit, controls shown
 * as "?". Both give -1, so that a check can end in one of them.
 * wire_refuse_word names a word nobody knows and what was meant, or, when none
 * of the n names is near it, all of them if they are few:
 *	phases[0].type: unknown value "rmp"; did you mean "ramp"?
 */
int	 wire_refuse(char why[WIRE_TEXT_MAX], const char *fmt, ...)
	    UTIL_PRINTF(2, 3);
int	 wire_refuse_word(char why[WIRE_TEXT_MAX], const char *what,
	    const char *word, const char *const *names, size_t n);

/* A header, of a request or an answer, whose value gives somebody rights. */
bool	 wire_is_secret(const char *header);
/* May it be sampled? 0, or -1 and why: "Cookie has secrets, ..." */
int	 wire_check_sample(const char *header, char why[WIRE_TEXT_MAX]);

/* Valid UTF-8 (RFC 3629), which is all that a JSON string can carry. */
bool	 wire_is_utf8(const char *s, size_t len);

const char *policy_name(enum policy policy);	/* "drop", "block" */

/* Defaults of a plan: drop, 256, GET, uniform, 30 s, 9 redirects, 1 s. */
void	 run_request_init(struct run_request *req);
void	 run_request_clear(struct run_request *req);
/* All of from, with memory of its own; to is overwritten, not freed. */
void	 run_request_copy(struct run_request *to,
	    const struct run_request *from);
bool	 run_request_has_max(const struct run_request *req);	/* a phase */
/* All phases together, once they are known to be well. */
uint64_t run_request_duration_ns(const struct run_request *req);
/* Adds a header; copies both. 0, or -1 when there are too many. */
int	 scenario_add_header(struct scenario *s, const char *name,
	    const char *value);
/*
 * Add one check, and copy what they are given. 0, or -1 when there are too many
 * of that kind.
 */
int	 checks_add_header(struct checks *c, const char *name,
	    const char *value);
int	 checks_add_text(struct checks *c, const char *text);
int	 checks_add_json(struct checks *c, const char *name,
	    const char *value);
bool	 checks_is_empty(const struct checks *c);
/* A name comes twice, whatever its case. */
bool	 scenario_has_repeats(const struct scenario *s);
bool	 scenario_is_https(const struct scenario *s);
/* Copies len bytes as the body; none when len is 0. */
void	 scenario_set_body(struct scenario *s, const void *body, size_t len);

/*
 * All that can be known to be wrong before a run: phases, limits, URL,
 * method, headers (CR, LF and NUL cannot be sent), checks. 0, or -1 and one
 * line in why that begins with the member: "phases[1].steps must be positive".
 * Members of the scenario go by their bare names ("url: no host"), because the
 * object around them is called target in a plan, httpScenario on the wire, and
 * is not there on a command line. Never shows the value of a header.
 */
int	 run_request_check(const struct run_request *req,
	    char why[WIRE_TEXT_MAX]);

#endif
