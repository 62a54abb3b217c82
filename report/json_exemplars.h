/* SPDX-License-Identifier: MIT */
#ifndef REPORT_JSON_EXEMPLARS_H
#define REPORT_JSON_EXEMPLARS_H

#include "json_write.h"
#include "result.h"

/* Single requests as the member "exemplars" of the object that is open. */
void	 json_exemplars(struct json_out *w, const struct result *res);

#endif
