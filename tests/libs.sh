#!/bin/sh
# SPDX-License-Identifier: MIT
# What one test program is linked with beside libpulse.a: check for unit tests;
# what those of the server share, and what stand-ins for workers do.
case $1 in
*/test_http_server.c|*/test_server_*.c)
	echo tests/server_rig.c ;;
*/gopeer.c|*/manyworkers.c)
	echo tests/peer_rig.c ;;
esac
case $1 in
*/test_*.c)
	pkg-config --cflags --libs check ;;
esac
