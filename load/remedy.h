/* SPDX-License-Identifier: MIT */
#ifndef LOAD_REMEDY_H
#define LOAD_REMEDY_H

/*
 * What to do when this machine is too small for a plan, in the same words
 * before a run and after it.
 */
#define REMEDY_DESCRIPTORS	"raise ulimit -n"
#define REMEDY_PORTS		"keep connections alive, lower the rate or " \
				"send from several addresses: --source"
#define REMEDY_CPU		"use more generators with -g where there " \
				"are CPUs, or workers"
#define REMEDY_MEMORY		"lower the concurrency or use workers"

#endif
