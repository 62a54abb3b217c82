/* SPDX-License-Identifier: MIT */
/*
 * Charts as SVG inside HTML: axes, lines, marks, areas, texts at the pointer.
 *
 * A chart is as wide as the page leaves room for; places in it are percentages
 * and only lines are stretched, so that letters are the same at every width,
 * with no script. Labels stand outside, where the style sheet keeps room. All
 * coordinates go through a scale, which holds them inside. Names of classes
 * and labels are the caller's own and are written as they are. Errors stick in
 * the stream.
 */

#include <math.h>
#include <stddef.h>

#include "base/text.h"
#include "base/util.h"
#include "report/svg.h"

enum {
	HEIGHT = 220,		/* of the frame, pixels */
	LEFT = 60,		/* room for labels in the style sheet */
	STRETCH = 1000,		/* units of a line's way across */
	LINEAR_TICKS = 5,	/* wanted, more or less */
	DECADES_FULL = 3	/* with ticks at 1, 2 and 5 up to so many */
};

static const char *const shape_ids[] = {
	[SVG_CIRCLE] = "circle",
	[SVG_SQUARE] = "square",
	[SVG_TRIANGLE] = "triangle",
	[SVG_DIAMOND] = "diamond",
	[SVG_CROSS] = "cross",
};

static double	 round_step(double);
static double	 px(const struct svg *, double);
static double	 py(const struct svg *, double);
static void	 put_marks(struct svg *, const char *, enum svg_shape,
		    const double *, const double *, size_t);
static void	 stretch_begin(struct svg *);

void
svg_scale_linear(struct svg_scale *s, double high)
{
	double step;

	s->is_log = false;
	s->low = 0;
	if (!(high > 0))
		high = 1;
	step = round_step(high / LINEAR_TICKS);
	s->high = ceil(high / step - 1e-9) * step;
}

/* 1, 2 or 5 times a power of ten, not below v. */
static double
round_step(double v)
{
	double ten = pow(10, floor(log10(v)));

	if (v <= ten * (1 + 1e-9))
		return ten;
	return ten * (v <= 2 * ten ? 2 : v <= 5 * ten ? 5 : 10);
}

void
svg_scale_log(struct svg_scale *s, double low, double high)
{
	double ten = pow(10, floor(log10(low)));

	s->is_log = true;
	s->low = ten * (low >= 5 * ten ? 5 : low >= 2 * ten ? 2 : 1);
	s->high = round_step(high);
	if (s->high <= s->low)
		s->high = s->low * 10;
}

double
svg_scale_at(const struct svg_scale *s, double v)
{
	double at;

	if (v <= s->low)
		return 0;
	if (v >= s->high)
		return 1;
	at = s->is_log ? log(v / s->low) / log(s->high / s->low) :
	    (v - s->low) / (s->high - s->low);
	return at < 0 ? 0 : at > 1 ? 1 : at;
}

size_t
svg_scale_ticks(const struct svg_scale *s, double ticks[SVG_TICKS_MAX])
{
	static const double steps[] = { 1, 2, 5, 3, 4, 6, 7, 8, 9 };
	size_t i, n = 0, nsteps = UTIL_NELEM(steps);
	double ten, step = round_step(s->high / LINEAR_TICKS), v;

	if (!s->is_log) {
		for (i = 0; n < SVG_TICKS_MAX; i++) {
			v = (double)i * step;
			if (v > s->high * (1 + 1e-9))
				break;
			ticks[n++] = v;
		}
		return n;
	}
	if (s->high / s->low > pow(10, DECADES_FULL) * 1.01)
		nsteps = 1;
	else if (s->high / s->low > 5.01)
		nsteps = 3;
	ten = pow(10, floor(log10(s->low) + 1e-9));
	while (ten <= s->high * (1 + 1e-9)) {
		for (i = 0; i < nsteps; i++) {
			v = ten * steps[i];
			if (v >= s->low * (1 - 1e-9) &&
			    v <= s->high * (1 + 1e-9) && n < SVG_TICKS_MAX)
				ticks[n++] = v;
		}
		ten *= 10;
	}
	return n;
}

void
svg_shapes(FILE *out)
{
	fputs("<svg width=\"0\" height=\"0\" aria-hidden=\"true\" "
	    "class=\"shapes\"><defs>\n"
	    "<circle id=\"circle\" r=\"3\"/>\n"
	    "<path id=\"square\" d=\"M-3-3h6v6h-6z\"/>\n"
	    "<path id=\"triangle\" d=\"M0-4L4 3H-4z\"/>\n"
	    "<path id=\"diamond\" d=\"M0-4.2L4.2 0L0 4.2L-4.2 0z\"/>\n"
	    "<path id=\"cross\" d=\"M-3-3L3 3M-3 3L3-3\"/>\n"
	    "</defs></svg>\n", out);
}

void
svg_begin(struct svg *s, const char *id, const char *title,
    const char *unit_x, const char *unit_y)
{
	fprintf(s->out, "<div class=\"plot\"><svg class=\"chart\" "
	    "role=\"img\" aria-labelledby=\"%s-name\" width=\"100%%\" "
	    "height=\"%d\" overflow=\"visible\">\n"
	    "<title id=\"%s-name\">%s</title>\n", id, HEIGHT, id, title);
	fprintf(s->out, "<text class=\"unit\" x=\"-%d\" y=\"-20\">%s"
	    "</text>\n"
	    "<text class=\"unit\" x=\"100%%\" y=\"%d\" "
	    "text-anchor=\"end\">%s</text>\n", LEFT, unit_y, HEIGHT + 38,
	    unit_x);
}

void
svg_end(struct svg *s)
{
	fputs("</svg></div>\n", s->out);
}

/* Percent from the left and from the top. */
static double
px(const struct svg *s, double x)
{
	return 100 * svg_scale_at(&s->x, x);
}

static double
py(const struct svg *s, double y)
{
	return 100 * (1 - svg_scale_at(&s->y, y));
}

void
svg_tick_x(struct svg *s, double x, const char *label, bool is_minor)
{
	fprintf(s->out, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
	    "y1=\"100%%\" y2=\"%d\"/>", px(s, x), px(s, x), HEIGHT + 5);
	fprintf(s->out, "<text class=\"tick%s\" x=\"%.2f%%\" y=\"%d\" "
	    "text-anchor=\"middle\">%s</text>\n", is_minor ? " minor" : "",
	    px(s, x), HEIGHT + 19, label);
}

void
svg_tick_y(struct svg *s, double y, const char *label, bool is_minor)
{
	fprintf(s->out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" "
	    "y1=\"%.2f%%\" y2=\"%.2f%%\"/>", py(s, y), py(s, y));
	fprintf(s->out, "<text class=\"tick%s\" x=\"-8\" y=\"%.2f%%\" "
	    "dy=\"4\" text-anchor=\"end\">%s</text>\n",
	    is_minor ? " minor" : "", py(s, y), label);
}

void
svg_ticks_ns(struct svg *s)
{
	double ticks[SVG_TICKS_MAX];
	char text[FORMAT_MAX];
	size_t i, n = svg_scale_ticks(&s->y, ticks);

	for (i = 0; i < n; i++)
		svg_tick_y(s, ticks[i], format_duration(text,
		    (uint64_t)llround(ticks[i])), false);
}

void
svg_span(struct svg *s, double from, double until, const char *label)
{
	double at = px(s, from), end = px(s, until);

	fprintf(s->out, "<rect class=\"span\" x=\"%.2f%%\" width=\"%.2f%%\" "
	    "y=\"0\" height=\"100%%\" fill-opacity=\".1\"/>"
	    "<line class=\"edge\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"-6\" "
	    "y2=\"100%%\" stroke=\"currentColor\"/>", at, end - at, end, end);
	/* Beside the edge, where there is more room. */
	fprintf(s->out, "<text class=\"tick\" x=\"%.2f%%\" y=\"-4\" "
	    "dx=\"%d\" text-anchor=\"%s\">%s</text>\n", end,
	    end > 50 ? -5 : 5, end > 50 ? "end" : "start", label);
}

static void
stretch_begin(struct svg *s)
{
	fprintf(s->out, "<svg viewBox=\"0 0 %d %d\" width=\"100%%\" "
	    "height=\"%d\" preserveAspectRatio=\"none\" "
	    "overflow=\"visible\">", STRETCH, HEIGHT, HEIGHT);
}

void
svg_line(struct svg *s, const char *class, enum svg_shape shape,
    const double *x, const double *y, size_t n)
{
	bool is_first = true;
	size_t i;

	stretch_begin(s);
	fprintf(s->out, "<path class=\"line %s\" fill=\"none\" "
	    "stroke=\"currentColor\" vector-effect=\"non-scaling-stroke\" "
	    "d=\"", class);
	for (i = 0; i < n; i++) {
		if (isnan(y[i])) {
			is_first = true;
			continue;
		}
		fprintf(s->out, "%c%.1f %.1f%s", is_first ? 'M' : 'L',
		    px(s, x[i]) * STRETCH / 100, py(s, y[i]) * HEIGHT / 100,
		    is_first ? "h0" : "");	/* one alone is a dot */
		is_first = false;
	}
	fputs("\"/></svg>\n", s->out);
	put_marks(s, class, shape, x, y, n);
}

static void
put_marks(struct svg *s, const char *class, enum svg_shape shape,
    const double *x, const double *y, size_t n)
{
	size_t i, step = (n + SVG_MARKS - 1) / SVG_MARKS;

	for (i = 0; i < n; i += step) {
		if (isnan(y[i]))
			continue;
		fprintf(s->out, "<use class=\"mark %s\" href=\"#%s\" "
		    "x=\"%.2f%%\" y=\"%.2f%%\"/>\n", class, shape_ids[shape],
		    px(s, x[i]), py(s, y[i]));
	}
}

void
svg_area(struct svg *s, const char *class, const double *x,
    const double *low, const double *high, size_t n)
{
	size_t i;

	stretch_begin(s);
	fprintf(s->out, "<path class=\"area %s\" fill-opacity=\".2\" "
	    "vector-effect=\"non-scaling-stroke\" d=\"", class);
	for (i = 0; i < n; i++)
		fprintf(s->out, "%c%.1f %.1f", i == 0 ? 'M' : 'L',
		    px(s, x[i]) * STRETCH / 100,
		    py(s, high[i]) * HEIGHT / 100);
	for (i = n; i-- > 0; )
		fprintf(s->out, "L%.1f %.1f", px(s, x[i]) * STRETCH / 100,
		    py(s, low[i]) * HEIGHT / 100);
	fputs("z\"/></svg>\n", s->out);
}

void
svg_tip_begin(struct svg *s, double from, double until)
{
	fprintf(s->out, "<rect class=\"tip\" x=\"%.2f%%\" width=\"%.2f%%\" "
	    "height=\"100%%\" fill-opacity=\"0\"><title>", px(s, from),
	    px(s, until) - px(s, from));
}

void
svg_tip_end(struct svg *s)
{
	fputs("</title></rect>\n", s->out);
}

void
svg_swatch(FILE *out, const char *class, enum svg_shape shape)
{
	fprintf(out, "<svg class=\"swatch\" width=\"34\" height=\"12\" "
	    "aria-hidden=\"true\"><path class=\"line %s\" fill=\"none\" "
	    "stroke=\"currentColor\" d=\"M1 6H33\"/>"
	    "<use class=\"mark %s\" href=\"#%s\" x=\"17\" y=\"6\"/></svg>",
	    class, class, shape_ids[shape]);
}
