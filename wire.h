/* SPDX-License-Identifier: MIT */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "hist.h"
#include "load/arrival.h"
#include "load/outcome.h"

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
	WIRE_STATUS_MAX = 1000,			/* status codes are below */
	WIRE_TEXT_MAX = 256,			/* of a reason, with its NUL */
	WIRE_REASONS_MAX = 8
};
#define WIRE_TIMEOUT_NS		(30 * NS_PER_SEC)
#define WIRE_INTERVAL_NS	NS_PER_SEC
#define WIRE_INTERVAL_MIN_NS	(10 * NS_PER_MS)

enum policy {
	POLICY_DROP,
	POLICY_BLOCK
};

struct header {
	char	*name;
	char	*value;
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
};

/* What a run is to do. Owns phases and scenario. */
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
};

/* Everything that is only counted. Addition in any order merges two. */
struct counters {
	uint64_t	 scheduled;	/* = started + dropped */
	uint64_t	 started;	/* = completed + lost, at the end */
	uint64_t	 dropped;
	uint64_t	 completed;
	uint64_t	 failed;
	uint64_t	 retried;
	uint64_t	 redirected;
	uint64_t	 bytes_in;
	uint64_t	 bytes_out;
	uint64_t	 connects;	/* connections opened */
	uint64_t	 category[CATEGORIES];
	uint64_t	 error[PARTS][CAUSES];
	uint64_t	 status[WIRE_STATUS_MAX];
};

/* The histograms of a run, by index. */
enum result_hist {
	RESULT_LATENCY,			/* from the planned moment to the end */
	RESULT_TTFB,			/* from the planned moment */
	RESULT_SERVICE,			/* from the send to the end */
	RESULT_PART,			/* and PARTS of them */
	RESULT_HISTS = RESULT_PART + PARTS
};

/* How one generator fared; what the audit judges. */
struct generator_stat {
	int		 pid;
	bool		 took_part;
	bool		 died;
	uint64_t	 cpu_user_ns;
	uint64_t	 cpu_sys_ns;
	uint64_t	 wall_ns;	/* from the start to its end */
	uint64_t	 busiest_ppm;	/* CPU share of its busiest interval */
	uint64_t	 stops;		/* times it was stopped and continued */
	uint64_t	 lag_max_ns;
};

/* What came out. About 1 MB: keep it on the heap (result_new). */
struct result {
	struct counters		 n;
	struct hist		 hist[RESULT_HISTS];
	uint64_t		 duration_ns;	/* after the warm-up */
	uint64_t		 max_active;	/* peak, warm-up included */
	uint64_t		 lost;
	uint64_t		 start_wall_ns;	/* since 1970 */
	char			 address[64];	/* that was connected to */
	struct generator_stat	*generators;
	size_t			 ngenerators;
	bool			 is_partial;	/* stopped before its end */
	int			 signo;		/* that stopped it, 0 if none */
	char			 error[WIRE_TEXT_MAX];	/* "": went well */
	bool			 is_valid;	/* generator kept its plan */
	/* Why it is not. */
	char			 reasons[WIRE_REASONS_MAX][WIRE_TEXT_MAX];
	size_t			 nreasons;
};

/* The eight figures of a histogram that reports and the wire name. */
struct summary {
	uint64_t	 count;
	uint64_t	 min_ns;
	uint64_t	 mean_ns;
	uint64_t	 p50_ns;
	uint64_t	 p90_ns;
	uint64_t	 p95_ns;
	uint64_t	 p99_ns;
	uint64_t	 max_ns;
};

struct status_count {
	uint16_t	 status;
	uint64_t	 count;
};

/* One interval, all generators together. Differences, not totals. */
struct snapshot {
	uint64_t		 index;
	uint64_t		 from_ns;	/* since the start of the run */
	uint64_t		 until_ns;
	uint64_t		 start_wall_ns;
	double			 planned;	/* arrivals in it by plan */
	uint64_t		 scheduled;
	uint64_t		 started;
	uint64_t		 dropped;
	uint64_t		 completed;
	uint64_t		 failed;
	uint64_t		 bytes_in;
	uint64_t		 bytes_out;
	uint64_t		 in_flight;	/* at its end */
	uint64_t		 category[CATEGORIES];
	struct summary		 latency;
	struct summary		 ttfb;
	uint64_t		 lag_p99_ns;
	struct status_count	*statuses;	/* owned; ascending */
	size_t			 nstatuses;
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

/* Valid UTF-8 (RFC 3629), which is all that a JSON string can carry. */
bool	 wire_is_utf8(const char *s, size_t len);

/* "drop", "block"; "latency", "ttfb", "service", then the parts' names. */
const char *policy_name(enum policy policy);
const char *result_hist_name(enum result_hist hist);

/* Defaults of a plan: drop, 256, GET, uniform, 30 s, 9 redirects, 1 s. */
void	 run_request_init(struct run_request *req);
void	 run_request_clear(struct run_request *req);
/* Adds a header; copies both. 0, or -1 when there are too many. */
int	 scenario_add_header(struct scenario *s, const char *name,
	    const char *value);
/* Copies len bytes as the body; none when len is 0. */
void	 scenario_set_body(struct scenario *s, const void *body, size_t len);

/*
 * All that can be known to be wrong before a run: phases, limits, URL,
 * method, headers (CR, LF and NUL cannot be sent). 0, or -1 and one line in
 * why that begins with the member: "phases[1].steps must be positive". Members
 * of the scenario go by their bare names ("url: no host"), because the object
 * around them is called target in a plan, httpScenario on the wire, and is not
 * there on a command line. Never shows the value of a header.
 */
int	 run_request_check(const struct run_request *req,
	    char why[WIRE_TEXT_MAX]);

/* Empty, and valid until somebody knows better. */
struct result *result_new(size_t ngenerators);
void	 result_free(struct result *r);
/*
 * Adds src: counters, histograms and lost requests; the larger duration and
 * max_active; the earlier start; the first address, error and signal; either's
 * is_partial; the generators and reasons of both, one after the other.
 */
void	 result_merge(struct result *dst, const struct result *src);
void	 counters_add(struct counters *dst, const struct counters *src);
/* All zero when h is empty. */
void	 summary_of(struct summary *s, const struct hist *h);
void	 snapshot_clear(struct snapshot *s);

#endif
