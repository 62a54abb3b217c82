#!/bin/sh
# SPDX-License-Identifier: MIT
# What one test program is linked with beside libpulse.a: check for the unit
# tests, and for those of the server and of results what they share.
case $1 in
*/test_http_server.c|*/test_server_*.c)
	echo tests/server_rig.c ;;
*/test_result_*.c)
	echo tests/result_rig.c ;;
esac
case $1 in
*/test_*.c)
	pkg-config --cflags --libs check ;;
esac
