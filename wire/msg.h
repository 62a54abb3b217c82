/* SPDX-License-Identifier: MIT */
#ifndef WIRE_MSG_H
#define WIRE_MSG_H

#include "base/msg.h"
#include "base/net.h"
#include "result.h"

/*
 * Plans and results as parts of a frame between a parent and its generators.
 * Putting never fails; getting leaves m->is_bad on bytes that make no sense.
 * run_request_get fills one that run_request_init has prepared.
 */
void	 run_request_put(struct msg_channel *ch,
	    const struct run_request *req);
void	 run_request_get(struct msg *m, struct run_request *req);

void	 net_addresses_put(struct msg_channel *ch,
	    const struct net_addresses *a);
void	 net_addresses_get(struct msg *m, struct net_addresses *a);

/* Counts of zero take no room. Getting adds to what is there already. */
void	 counters_put(struct msg_channel *ch, const struct counters *c);
void	 counters_get(struct msg *m, struct counters *c);
void	 hist_put(struct msg_channel *ch, const struct hist *h);
void	 hist_get(struct msg *m, struct hist *h);

/* Getting adds to what is there already. */
void	 exemplars_put(struct msg_channel *ch, const struct exemplars *x);
void	 exemplars_get(struct msg *m, struct exemplars *x);

void	 generator_stat_put(struct msg_channel *ch,
	    const struct generator_stat *g);
void	 generator_stat_get(struct msg *m, struct generator_stat *g);

#endif
