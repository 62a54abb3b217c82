/* SPDX-License-Identifier: MIT */
/*
 * Where names of hosts, users and groups are looked up. A static program meets
 * an /etc/nsswitch.conf that was written for others: glibc would load the
 * modules it names, which belong to another glibc or are not there at all. So
 * there, and only there, this file is compiled with PULSE_STATIC and keeps to
 * what is linked in. Other C libraries never load any.
 */

#include <netdb.h>

#if defined(PULSE_STATIC) && defined(__GLIBC__)
#include <nss.h>
#endif

#include "base/names.h"

void
names_init(void)
{
#if defined(PULSE_STATIC) && defined(__GLIBC__)
	__nss_configure_lookup("hosts", "files dns");
	__nss_configure_lookup("passwd", "files");
	__nss_configure_lookup("group", "files");
#endif
}
