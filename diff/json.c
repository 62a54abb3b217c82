/* SPDX-License-Identifier: MIT */
/*
 * A comparison as JSON for programs: schema_version 1. Times are milliseconds,
 * rates a second, errors and dropped are shares from 0 to 1; changes are
 * shares of base. What is not known is null. Members are only ever added.
 * Errors stick in the stream.
 */

#include <assert.h>

#include "diff/out.h"
#include "json_write.h"

enum { SCHEMA_VERSION = 1, PLACES = 9 };

static void	 put_side(struct json_out *, const char *,
		    const struct recorded *, size_t);
static void	 put_differences(struct json_out *, const struct diff *);
static void	 put_row(struct json_out *, const struct row *);
static void	 put_if(struct json_out *, const char *, bool, double);
static void	 put_fail_ifs(struct json_out *, const struct diff *);

void
diff_json_write(FILE *out, const struct diff *d)
{
	const struct comparison *c = d->comparison;
	struct json_out w;
	struct buf b;
	size_t i;
	int rv;

	buf_init(&b, JSON_TEXT_MAX);
	json_out_start(&w, &b, true);
	json_object(&w, NULL);
	json_int(&w, "schema_version", SCHEMA_VERSION);
	put_side(&w, "base", d->base, c->snapshots[0]);
	put_side(&w, "new", d->new, c->snapshots[1]);
	put_differences(&w, d);
	json_fixed(&w, "level", 0.95, 2);
	json_array(&w, "rows");
	for (i = 0; i < c->nrows; i++)
		put_row(&w, &c->rows[i]);
	json_close(&w);
	put_fail_ifs(&w, d);
	json_close(&w);
	rv = json_out_end(&w);
	assert(rv == 0);	/* nesting and size are ours alone */
	fwrite(b.data, 1, b.len, out);
	putc('\n', out);
	buf_clear(&b);
}

static void
put_side(struct json_out *w, const char *name, const struct recorded *r,
    size_t snapshots)
{
	json_object(w, name);
	json_str(w, "file", r->name);
	json_str(w, "kind", r->is_report ? "report" : "wire");
	json_uint(w, "completed", r->result->n.completed);
	json_ms(w, "duration_ms", r->result->duration_ns);
	json_uint(w, "snapshots", snapshots);
	json_bool(w, "independence_assumed", snapshots == 0);
	json_bool(w, "coarse", result_is_coarse(r->result));
	json_bool(w, "partial", r->result->is_partial);
	json_bool(w, "valid", r->result->is_valid);
	json_close(w);
}

static void
put_differences(struct json_out *w, const struct diff *d)
{
	char names[RECORDED_DIFFERENCES_MAX][RECORDED_NAME_MAX];
	size_t i, n = recorded_differences(names, d->base, d->new);

	if (d->base->plan == NULL || d->new->plan == NULL) {
		json_null(w, "plan_differences");
		return;
	}
	json_array(w, "plan_differences");
	for (i = 0; i < n; i++)
		json_str(w, NULL, names[i]);
	json_close(w);
}

static void
put_row(struct json_out *w, const struct row *row)
{
	static const char *const verdicts[] = {
		[ROW_NO_EVIDENCE] = "no_evidence",
		[ROW_BETTER] = "better",
		[ROW_WORSE] = "worse",
	};
	bool is_time = row->metric == ROW_MEAN ||
	    row->metric == ROW_PERCENTILE, has = row->has_interval;
	double scale = is_time ? 1e-6 : 1;
	char name[ROW_NAME_MAX];

	json_object(w, NULL);
	json_str(w, "metric", row_name(name, row));
	json_str(w, "unit", is_time ? "ms" : row->metric == ROW_RATE ?
	    "per_second" : "ratio");
	json_fixed(w, "base", row->base * scale, PLACES);
	json_fixed(w, "new", row->new * scale, PLACES);
	json_fixed(w, "difference", row->diff * scale, PLACES);
	put_if(w, "difference_low", has, row->low * scale);
	put_if(w, "difference_high", has, row->high * scale);
	put_if(w, "change", row->has_ratio, row->ratio);
	put_if(w, "change_low", has && row->has_ratio, row->ratio_low);
	put_if(w, "change_high", has && row->has_ratio, row->ratio_high);
	if (has)
		json_str(w, "verdict", verdicts[row->verdict]);
	else
		json_null(w, "verdict");
	json_close(w);
}

static void
put_if(struct json_out *w, const char *name, bool is_known, double v)
{
	if (is_known)
		json_fixed(w, name, v, PLACES);
	else
		json_null(w, name);
}

/* failed is null where there are too few samples to tell. */
static void
put_fail_ifs(struct json_out *w, const struct diff *d)
{
	size_t i;

	json_array(w, "fail_if");
	for (i = 0; i < d->nfail_ifs; i++) {
		json_object(w, NULL);
		json_str(w, "expression", d->fail_ifs[i].text);
		if (d->outcomes[i] == FAIL_IF_UNKNOWN)
			json_null(w, "failed");
		else
			json_bool(w, "failed",
			    d->outcomes[i] == FAIL_IF_FAILED);
		json_close(w);
	}
	json_close(w);
}
