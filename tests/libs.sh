#!/bin/sh
# SPDX-License-Identifier: MIT
# What one test program is linked with beside libpulse.a: check, and what runs
# a suite, for the unit tests; what those of one subject share, and what
# stand-ins for workers do.
case $1 in
*/test_http_server.c|*/test_server_*.c)
	echo tests/server_rig.o ;;
*/test_report.c|*/test_report_fleet.c|*/test_html.c)
	echo tests/report_rig.o tests/html_rig.o ;;
*/test_outlook.c|*/test_report_hgrm.c|*/test_report_exemplars.c)
	echo tests/report_rig.o ;;
*/test_wire.c|*/test_wire_*.c)
	echo tests/request_rig.o ;;
*/test_result_*.c)
	echo tests/result_rig.o ;;
*/test_screen.c|*/onscreen.c)
	echo tests/terminal.o ;;
*/test_pool*.c)
	echo tests/pool_rig.o ;;
*/test_tls.c|*/test_*_tls.c|*/test_tls_*.c|*/test_roots.c|\
*/test_credentials.c)
	echo tests/tls_rig.o ;;
*/sim.c|*/test_compare.c)
	echo tests/compare_rig.o ;;
*/gopeer.c|*/manyworkers.c)
	echo tests/peer_rig.o ;;
*/fuzz/*.c)
	echo tests/fuzz/replay.o tests/fuzz/rig.o tests/fuzz/http_rig.o ;;
*/misbehave.c)
	echo tests/serve_rig.o tests/bad_peer.o tests/bad_ways.o ;;
*/misbehave_tls.c)
	echo tests/serve_rig.o ;;
*/faulty.c)
	# The program, with each call that the file has a stand-in for.
	echo pulse.o
	sed -n 's/^WRAP([^,]*, \([a-z0-9_]*\),.*/-Wl,--wrap=\1/p
	    s/^__wrap_\([a-z0-9_]*\)(.*/-Wl,--wrap=\1/p' "$1" ;;
esac
case $1 in
*/test_*.c)
	echo tests/suite.o
	pkg-config --cflags --libs check ;;
esac
