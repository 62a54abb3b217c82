/* SPDX-License-Identifier: MIT */
#ifndef WIRE_EXEMPLAR_JSON_H
#define WIRE_EXEMPLAR_JSON_H

#include "json_write.h"
#include "result.h"
#include "wire/read.h"

/* As the member "exemplars" of a result; nothing when there are none. */
void	 exemplars_to_json(const struct exemplars *x, struct json_out *w);
/*
 * That member, into a result that has its counters and histograms: 0, or -1 and
 * why. What cannot be is refused: more failures of a kind than there were, or a
 * request slower than the slowest. Text is cut and made harmless; failures of
 * parts and causes that only another version has are ignored.
 */
int	 exemplars_from_json(struct result *res, const struct wire_reader *r);

#endif
