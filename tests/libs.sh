#!/bin/sh
# SPDX-License-Identifier: MIT
# What one test program is linked with beside libpulse.a: check, and what runs
# a suite, for the unit tests; what those of one subject share, and what
# stand-ins for workers do.
case $1 in
*/test_http_server.c|*/test_server_*.c)
	echo tests/server_rig.c ;;
*/test_report.c|*/test_report_fleet.c|*/test_html.c)
	echo tests/report_rig.c tests/html_rig.c ;;
*/test_outlook.c|*/test_report_hgrm.c|*/test_report_exemplars.c)
	echo tests/report_rig.c ;;
*/test_wire.c|*/test_wire_*.c)
	echo tests/request_rig.c ;;
*/test_result_*.c)
	echo tests/result_rig.c ;;
*/test_screen.c|*/onscreen.c)
	echo tests/terminal.c ;;
*/test_pool*.c)
	echo tests/pool_rig.c ;;
*/test_tls.c|*/test_*_tls.c|*/test_tls_*.c|*/test_roots.c|\
*/test_credentials.c)
	echo tests/tls_rig.c ;;
*/sim.c|*/test_compare.c)
	echo tests/compare_rig.c ;;
*/gopeer.c|*/manyworkers.c)
	echo tests/peer_rig.c ;;
*/fuzz/*.c)
	echo tests/fuzz/replay.c tests/fuzz/rig.c tests/fuzz/http_rig.c ;;
*/misbehave.c)
	echo tests/serve_rig.c tests/bad_peer.c tests/bad_ways.c ;;
*/misbehave_tls.c)
	echo tests/serve_rig.c ;;
*/faulty.c)
	# The program, with each call that the file has a stand-in for.
	echo pulse.o
	sed -n 's/^WRAP([^,]*, \([a-z0-9_]*\),.*/-Wl,--wrap=\1/p
	    s/^__wrap_\([a-z0-9_]*\)(.*/-Wl,--wrap=\1/p' "$1" ;;
esac
case $1 in
*/test_*.c)
	echo tests/suite.c
	pkg-config --cflags --libs check ;;
esac
