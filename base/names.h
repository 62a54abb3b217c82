/* SPDX-License-Identifier: MIT */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

/*
 * To be called once, before anything is looked up by name. In a static program
 * hosts are then those of /etc/hosts and of the servers in /etc/resolv.conf,
 * users and groups those of /etc/passwd and /etc/group. Else the system
 * decides.
 */
void	 names_init(void);

#endif
