/* SPDX-License-Identifier: MIT */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Values from low to high as a way from 0 to 1; what is outside is held at the
 * ends. A linear one begins at 0; a logarithmic one is widened to 1, 2 or 5
 * times a power of ten at both ends, low > 0.
 */
struct svg_scale {
	double	 low;
	double	 high;
	bool	 is_log;
};

void	 svg_scale_linear(struct svg_scale *s, double high);
void	 svg_scale_log(struct svg_scale *s, double low, double high);
double	 svg_scale_at(const struct svg_scale *s, double v);

/* Round values, in no order; how many there are. */
#define SVG_TICKS_MAX	16
size_t	 svg_scale_ticks(const struct svg_scale *s,
	    double ticks[SVG_TICKS_MAX]);

enum svg_shape {
	SVG_CIRCLE,
	SVG_SQUARE,
	SVG_TRIANGLE,
	SVG_DIAMOND,
	SVG_CROSS,
	SVG_SHAPES
};

/*
 * A chart that is as wide as its place and keeps the size of its letters: text
 * and marks are placed by percent, lines are stretched. How things look is the
 * style sheet's: class names a series. Members are set before svg_begin;
 * marks are drawn on lines of up to SVG_MARKS points, on every n-th of longer
 * ones.
 */
#define SVG_MARKS	40

struct svg {
	FILE			*out;
	struct svg_scale	 x;
	struct svg_scale	 y;
};

/* The shapes, once in a document, before all charts. */
void	 svg_shapes(FILE *out);
/*
 * id names the chart, title and description say what it shows to who cannot
 * see it. unit_y stands above the axis.
 */
void	 svg_begin(struct svg *s, const char *id, const char *title,
	    const char *unit_x, const char *unit_y);
void	 svg_end(struct svg *s);
/* is_minor: left out in a narrow window. */
void	 svg_tick_x(struct svg *s, double x, const char *label, bool is_minor);
void	 svg_tick_y(struct svg *s, double y, const char *label, bool is_minor);
/* Ticks of the y axis, which is of times in ns. */
void	 svg_ticks_ns(struct svg *s);
/* A part of the x axis with a label of its own, as the warm-up is. */
void	 svg_span(struct svg *s, double from, double until, const char *label);
/* A point where y is NaN is none, and breaks the line. */
void	 svg_line(struct svg *s, const char *class, enum svg_shape shape,
	    const double *x, const double *y, size_t n);
/* What is between low and high. */
void	 svg_area(struct svg *s, const char *class, const double *x,
	    const double *low, const double *high, size_t n);
/*
 * Where the pointer shows a text: all that is above x from..until. The text
 * goes between the two, escaped.
 */
void	 svg_tip_begin(struct svg *s, double from, double until);
void	 svg_tip_end(struct svg *s);
/* A line of a legend: how a series looks. */
void	 svg_swatch(FILE *out, const char *class, enum svg_shape shape);

#endif
