#!/bin/sh
# SPDX-License-Identifier: MIT
# What the benchmarks share: settings, a folder of their own, and figures.
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-4}
dir=$(mktemp -d)
pids=

finish() {
	for p in $pids; do
		kill "$p" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

have() {
	command -v "$1" >/dev/null 2>&1
}

client=
server=
if have taskset && [ "$(getconf _NPROCESSORS_ONLN)" -gt 1 ]; then
	client='taskset -c 0'
	server='taskset -c 1'
fi

# CPU seconds, user and system, of a command and its children: in $cpu; what
# it printed is in $dir/out.
cpu_of() {
	(
		"$@" >"$dir/out" 2>&1
		times >"$dir/times"
	)
	cpu=$(tail -n 1 "$dir/times" | tr ms '  ' |
	    awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }')
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# A port of nginx, and the next one.
port=$((20000 + $$ % 10000))

# nginx with an index of 612 bytes in $dir and what stdin says of its servers.
start_nginx() {
	head -c 612 /dev/zero | tr '\0' x >"$dir/index.html"
	chmod 755 "$dir"
	{
		cat <<-END
		daemon off;
		worker_processes 1;
		pid $dir/nginx.pid;
		error_log $dir/error.log;
		events { worker_connections 12000; }
		http {
			access_log off;
			keepalive_requests 1000000000;
			keepalive_timeout 600s;
			client_body_temp_path $dir/a;
			proxy_temp_path $dir/b;
			fastcgi_temp_path $dir/c;
			uwsgi_temp_path $dir/d;
			scgi_temp_path $dir/e;
		END
		cat
		echo "}"
	} >"$dir/nginx.conf"
	$server nginx -c "$dir/nginx.conf" 2>/dev/null &
	pids="$pids $!"
}

until_it_answers() {
	tries=0
	until ./pulse run -r 1 -d 10ms -q "$1" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { echo "nginx does not start"; exit 1; }
	done
}
