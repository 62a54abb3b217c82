/* SPDX-License-Identifier: MIT */
/*
 * The resolver process and its questions. The child calls getaddrinfo, one
 * question after the other, and answers over its pipe; the parent matches
 * answers by number. Numbers are answered at once, and so are localhost and
 * names below it (RFC 6761 6.3), which must not depend on a file.
 *
 * Errors come as text, made by gai_strerror or by us when the child is gone;
 * from then on every question is answered so, until it is replaced.
 */

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/msg.h"
#include "base/proc.h"
#include "base/resolve.h"
#include "base/sandbox.h"
#include "base/util.h"

enum {
	ASK = 1,		/* id, host, port, family */
	ANSWER			/* id, error, n, n addresses */
};

struct question {
	uint64_t	  id;
	void		(*call)(void *, const struct net_addresses *,
			    const char *);
	void		 *arg;
	struct question	 *next;
};

struct resolver {
	struct loop		*loop;
	const struct rights	*rights;
	struct proc		 proc;
	struct msg_channel	 channel;
	struct question		*questions;
	uint64_t		 last_id;
	bool			 is_dead;
};

/* The child. */

struct child {
	struct loop		*loop;
	struct msg_channel	 channel;
};

static void
answer_addresses(struct msg_channel *ch, const struct addrinfo *list)
{
	const struct addrinfo *ai;
	uint64_t n = 0;

	for (ai = list; ai != NULL && n < NET_ADDRESSES_MAX; ai = ai->ai_next)
		n++;
	msg_add_uint(ch, n);
	for (ai = list; n-- > 0; ai = ai->ai_next)
		msg_add_bytes(ch, ai->ai_addr, ai->ai_addrlen);
}

static void
child_on_msg(void *arg, struct msg *m)
{
	struct child *child = arg;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char port[8], *host;
	uint64_t id, family;
	int error;

	id = msg_get_uint(m);
	host = msg_get_str(m);
	snprintf(port, sizeof(port), "%u",
	    (unsigned int)msg_get_max(m, UINT16_MAX));
	family = msg_get_uint(m);
	hints.ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 :
	    AF_UNSPEC;
	hints.ai_flags = AI_NUMERICSERV;
	error = getaddrinfo(host, port, &hints, &list);
	msg_begin(&child->channel, ANSWER);
	msg_add_uint(&child->channel, id);
	msg_add_str(&child->channel, error == 0 ? "" :
	    error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
	answer_addresses(&child->channel, error == 0 ? list : NULL);
	msg_send(&child->channel);
	if (error == 0)
		freeaddrinfo(list);
	free(host);
}

static void
child_on_end(void *arg, int error)
{
	struct child *child = arg;

	(void)error;
	loop_stop(child->loop);
}

static int
child_body(void *arg, int read_fd, int write_fd)
{
	const int own[] = { read_fd, write_fd };
	const struct rights *rights = arg;
	char why[RIGHTS_TEXT_MAX];
	struct child child;

	proc_keep_only(own, UTIL_NELEM(own));
	/* Its parent, who is about to do the same, says why not. */
	if (rights != NULL && rights_drop(rights, false, why) == -1)
		return 1;
	memset(&child, 0, sizeof(child));
	child.loop = loop_new();
	if (child.loop == NULL || msg_open(&child.channel, child.loop,
	    read_fd, write_fd, child_on_msg, child_on_end, &child) == -1)
		return 1;
	/* Whoever has none is told by its parent. */
	(void)sandbox_enter(SANDBOX_RESOLVER);
	return loop_run(child.loop) == -1;
}

/* The parent. */

static void
resolver_on_msg(void *arg, struct msg *m)
{
	struct resolver *r = arg;
	struct net_addresses found = { .n = 0 };
	struct question **link, *q;
	uint64_t id = msg_get_uint(m);
	char *error = msg_get_str(m);
	uint64_t i, n = msg_get_max(m, NET_ADDRESSES_MAX);
	const void *p;
	size_t len;

	for (i = 0; i < n; i++) {
		p = msg_get_bytes(m, &len);
		if (p == NULL || len > sizeof(found.at[0].ss))
			break;
		memcpy(&found.at[found.n].ss, p, len);
		found.at[found.n++].len = (socklen_t)len;
	}
	for (link = &r->questions; *link != NULL; link = &(*link)->next)
		if ((*link)->id == id)
			break;
	q = *link;
	if (q != NULL) {
		*link = q->next;
		q->call(q->arg, found.n > 0 ? &found : NULL, found.n > 0 ?
		    NULL : *error != '\0' ? error : "no address");
		free(q);
	}
	free(error);
}

static void
resolver_on_end(void *arg, int error)
{
	struct resolver *r = arg;
	struct question *q;

	(void)error;
	r->is_dead = true;
	while ((q = r->questions) != NULL) {
		r->questions = q->next;
		q->call(q->arg, NULL, "the resolver process ended");
		free(q);
	}
}

static int
resolver_start(struct resolver *r)
{
	int saved;

	if (proc_spawn(&r->proc, child_body,
	    (void *)(uintptr_t)r->rights) == -1)
		return -1;
	if (msg_open(&r->channel, r->loop, r->proc.read_fd, r->proc.write_fd,
	    resolver_on_msg, resolver_on_end, r) == -1) {
		saved = errno;
		proc_end(&r->proc, 0);
		errno = saved;
		return -1;
	}
	proc_give_fds(&r->proc);
	r->is_dead = false;
	return 0;
}

struct resolver *
resolver_new(struct loop *loop, const struct rights *rights)
{
	struct resolver *r = xcalloc(1, sizeof(*r));

	r->loop = loop;
	r->rights = rights;
	if (resolver_start(r) == 0)
		return r;
	free(r);
	return NULL;
}

bool
resolver_is_dead(struct resolver *r)
{
	return r->is_dead || proc_reap(&r->proc);
}

int
resolver_restart(struct resolver *r)
{
	resolver_on_end(r, 0);
	msg_close(&r->channel);
	proc_end(&r->proc, 20);
	return resolver_start(r);
}

void
resolver_free(struct resolver *r)
{
	struct question *q;

	if (r == NULL)
		return;
	msg_close(&r->channel);
	/* It may hang in a question that nobody waits for any more. */
	proc_end(&r->proc, 20);
	while ((q = r->questions) != NULL) {
		r->questions = q->next;
		free(q);
	}
	free(r);
}

static bool
is_localhost(const char *host)
{
	size_t len = strlen(host);

	if (len > 0 && host[len - 1] == '.')
		len--;
	return (len == 9 && strncasecmp(host, "localhost", 9) == 0) ||
	    (len > 10 && strncasecmp(host + len - 10, ".localhost", 10) == 0);
}

static bool
answer_at_once(struct net_addresses *found, const char *host, uint16_t port,
    int family)
{
	found->n = 0;
	if (net_address_parse(&found->at[0], host, port, family))
		found->n = 1;
	else if (is_localhost(host)) {
		if (net_address_parse(&found->at[0], "127.0.0.1", port, family))
			found->n++;
		if (net_address_parse(&found->at[found->n], "::1", port,
		    family))
			found->n++;
	}
	return found->n > 0;
}

void
resolver_ask(struct resolver *r, const char *host, uint16_t port, int family,
    void (*call)(void *, const struct net_addresses *, const char *), void *arg)
{
	struct net_addresses found;
	struct question *q;

	if (answer_at_once(&found, host, port, family)) {
		call(arg, &found, NULL);
		return;
	}
	if (r->is_dead) {
		call(arg, NULL, "the resolver process ended");
		return;
	}
	q = xcalloc(1, sizeof(*q));
	q->id = ++r->last_id;
	q->call = call;
	q->arg = arg;
	q->next = r->questions;
	r->questions = q;
	msg_begin(&r->channel, ASK);
	msg_add_uint(&r->channel, q->id);
	msg_add_str(&r->channel, host);
	msg_add_uint(&r->channel, port);
	msg_add_uint(&r->channel, (uint64_t)family);
	msg_send(&r->channel);
}

/* The child answers all the same; then nobody has that number any more. */
void
resolver_forget(struct resolver *r, const void *arg)
{
	struct question **link = &r->questions, *q;

	while ((q = *link) != NULL) {
		if (q->arg != arg) {
			link = &q->next;
			continue;
		}
		*link = q->next;
		free(q);
	}
}
