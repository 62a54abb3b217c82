/* SPDX-License-Identifier: MIT */
#ifndef RESULT_H
#define RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "hist.h"
#include "load/exemplar.h"
#include "load/outcome.h"
#include "wire.h"

enum {
	RESULT_STATUS_MAX = 1000,	/* status codes are below */
	RESULT_REASONS_MAX = 8,
	RESULT_TLS_MAX = 48,		/* of a protocol or cipher, NUL too */
	RESULT_OTHERS_MAX = 32,		/* more count as unknown_error */
	RESULT_NAME_MAX = 48,		/* of such a category, with its NUL */
	RESULT_GENERATORS_MAX = 256 * 1024	/* of a fleet, from JSON */
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
	uint64_t	 handshakes;	/* of TLS, on these */
	uint64_t	 resumed;	/* of these */
	uint64_t	 category[CATEGORIES];
	uint64_t	 error[PARTS][CAUSES];
	uint64_t	 status[RESULT_STATUS_MAX];
};

/* The histograms of a run, by index. */
enum result_hist {
	RESULT_LATENCY,			/* from the planned moment to the end */
	RESULT_TTFB,			/* from the planned moment */
	RESULT_COARSE,			/* those before: in 800 buckets, too */
	RESULT_SERVICE = RESULT_COARSE,	/* from the send to the end */
	RESULT_PART,			/* and PARTS of them */
	RESULT_HISTS = RESULT_PART + PARTS
};

/*
 * What is known of a histogram that came as 800 counts: min and max mean
 * something only when count > 0, the sum is its mean times count.
 */
struct coarse {
	uint64_t	 count;
	uint64_t	 sum_lo;
	uint64_t	 sum_hi;
	uint64_t	 min_ns;
	uint64_t	 max_ns;
	uint64_t	 bucket[HIST_COARSE];
};

/* A category that only another program has. */
struct other_error {
	char		 name[RESULT_NAME_MAX];
	uint64_t	 count;
};

/* How one worker of a fleet fared. Owns its name. */
struct worker_stat {
	char		*name;		/* as it was given, no secrets */
	uint64_t	 weight;
	bool		 took_part;	/* its share was not nothing */
	bool		 is_lost;	/* there is no result of it */
	bool		 has_fine;
	bool		 has_start_error;
	int64_t		 start_error_ns;
	uint64_t	 round_trip_ns;
	uint64_t	 scheduled;	/* of a lost one: as last told */
	uint64_t	 completed;
	uint64_t	 failed;
	char		 error[WIRE_TEXT_MAX];	/* "": it did as asked */
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
	/* Latency and ttfb of workers that have nothing finer. */
	struct coarse		 coarse[RESULT_COARSE];
	struct exemplars	 exemplars;
	struct other_error	*others;	/* owned; by name */
	size_t			 nothers;
	uint64_t		 duration_ns;	/* after the warm-up */
	uint64_t		 max_active;	/* peak, warm-up included */
	uint64_t		 lost;
	uint64_t		 start_wall_ns;	/* since 1970 */
	char			 address[64];	/* that was connected to */
	char			 tls_protocol[RESULT_TLS_MAX];	/* "": none */
	char			 tls_cipher[RESULT_TLS_MAX];
	struct generator_stat	*generators;
	size_t			 ngenerators;
	bool			 is_partial;	/* stopped before its end */
	int			 signo;		/* that stopped it, 0 if none */
	char			 error[WIRE_TEXT_MAX];	/* "": went well */
	bool			 has_start_error;
	int64_t			 start_error_ns;	/* late for startAt */
	struct worker_stat	*workers;	/* owned; of a fleet */
	size_t			 nworkers;
	bool			 is_valid;	/* generator kept its plan */
	/* Why it is not. */
	char			 reasons[RESULT_REASONS_MAX][WIRE_TEXT_MAX];
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

/* One of the 800 buckets that is not empty. */
struct bucket_count {
	uint16_t	 bucket;
	uint64_t	 count;
};

/* One interval, all who make load together. Differences, not totals. */
struct interval {
	uint64_t		 index;
	uint64_t		 from_ns;	/* since the start of the run */
	uint64_t		 until_ns;
	uint64_t		 start_wall_ns;
	double			 planned;	/* arrivals in it by plan */
	uint64_t		 in_flight;	/* at its end */
	struct counters		 n;
	struct hist		 hist[RESULT_HISTS];
	struct exemplars	 exemplars;
};

/* The same as figures, to be kept and shown. */
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
	struct bucket_count	*buckets;	/* owned; ascending */
	size_t			 nbuckets;
};

/* Why nothing was sent. */
enum refusal {
	REFUSED_DENIED,		/* may not, or cannot, be done from here */
	REFUSED_FAILED		/* it could not be reached, or nobody ran */
};

/* What whoever starts a run hears of it, wherever it runs. */
struct run_hooks {
	/* All is ready and starts at start_ns (CLOCK_MONOTONIC). NULL: none. */
	void	(*started)(void *arg, uint64_t start_ns);
	/* An interval is complete. Borrowed. */
	void	(*interval)(void *arg, const struct interval *in);
	/* It is over, well or not (result->error). Borrowed. */
	void	(*done)(void *arg, struct result *r);
	/* Nothing was sent: one line why. Then there is no done. */
	void	(*refused)(void *arg, enum refusal refusal, const char *why);
	void	*arg;
};

/* "latency", "ttfb", "service", then the parts' names. */
const char *result_hist_name(enum result_hist hist);

/* Empty, and valid until somebody knows better. */
struct result *result_new(size_t ngenerators);
void	 result_free(struct result *r);
/*
 * Adds src: counters, histograms, exemplars, lost requests and other errors;
 * the larger duration, max_active, signal and start error; the earlier start;
 * either's is_partial. Of address, TLS and error what sorts first and is not
 * empty, of the reasons those that sort first, each once; generators are
 * sorted, too.
 * So any order and any grouping of merges gives the same bits (but for which
 * categories keep their names when there are more than RESULT_OTHERS_MAX that
 * only other programs have). The workers of dst stay.
 */
void	 result_merge(struct result *dst, const struct result *src);
/*
 * Counts failed requests by the name of their category, whoever's it is. A
 * name that is too long or one too many counts as unknown_error.
 */
void	 result_add_errors(struct result *r, const char *name,
	    uint64_t count);
/*
 * What TLS agreed upon; of several pairs the one that sorts first, so that they
 * belong together. Without a protocol there is nothing to tell.
 */
void	 result_set_tls(struct result *r, const char *protocol,
	    const char *cipher);
void	 counters_add(struct counters *dst, const struct counters *src);
/*
 * Latency and ttfb of all requests come from the fine histograms, unless some
 * of them were counted in the wire's 800 buckets only: then from the buckets
 * of all. Everything else is always fine. is_coarse: are some?
 */
bool	 result_is_coarse(const struct result *r);
/* All requests in 800 buckets; which is RESULT_LATENCY or RESULT_TTFB. */
void	 result_buckets(struct coarse *all, const struct result *r,
	    enum result_hist which);
void	 result_summary(struct summary *s, const struct result *r,
	    enum result_hist which);
uint64_t result_percentile(const struct result *r, enum result_hist which,
	    double p);
/* All zero when h is empty. */
void	 summary_of(struct summary *s, const struct hist *h);
void	 summary_of_buckets(struct summary *s, const struct coarse *c);
/* The figures of an interval; snapshot_clear frees what it owns. */
void	 snapshot_of(struct snapshot *s, const struct interval *in);
void	 snapshot_clear(struct snapshot *s);
/* How much of that time is behind the warm-up: its counts are of that. */
uint64_t snapshot_counted_ns(uint64_t from_ns, uint64_t until_ns,
	    uint64_t warmup_ns);
/* Keeps those that are not 0, in place of what it had. */
void	 snapshot_set_buckets(struct snapshot *s,
	    const uint64_t counts[HIST_COARSE]);

#endif
