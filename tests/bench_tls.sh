#!/bin/sh
# SPDX-License-Identifier: MIT
# What TLS costs, beside wrk, with nginx as the server (TLS 1.3, AES-128-GCM, a
# chain of three certificates of P-256): a request on a kept connection, a
# connection, one that is resumed; CPU of a handshake with four generators and
# with one; memory of a connection. As in bench.sh runs are short and in turn,
# and nothing is said about passing. wrk does not verify certificates: pulse
# does here, and keeps no connection by "Connection: close" as wrk has to.
. tests/lib_bench.sh

for need in nginx wrk openssl; do
	have $need || { echo "TLS: no $need here"; exit 0; }
done

make_certificates() {
	(
		cd "$dir" || exit 1
		new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
		echo basicConstraints=CA:TRUE >ca.ext
		echo subjectAltName=IP:127.0.0.1 >leaf.ext
		# shellcheck disable=SC2086
		openssl req -x509 $new -keyout root.key -out root.pem \
		    -subj /CN=root -days 2
		issuer=root
		for name in ca leaf; do
			# shellcheck disable=SC2086
			openssl req $new -keyout $name.key -out $name.csr \
			    -subj /CN=$name
			openssl x509 -req -in $name.csr -CA $issuer.pem \
			    -CAkey $issuer.key -CAcreateserial -days 2 \
			    -extfile $name.ext -out $name.pem
			issuer=$name
		done
		cat leaf.pem ca.pem root.pem >chain.pem
	) >/dev/null 2>&1
}

# With tickets and a session cache at $url, without either at $url_fresh.
start_server() {
	start_nginx <<-END
	ssl_certificate $dir/chain.pem;
	ssl_certificate_key $dir/leaf.key;
	ssl_protocols TLSv1.3;
	ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
	root $dir;
	server { listen 127.0.0.1:$port ssl backlog=8192; }
	server {
		listen 127.0.0.1:$((port + 1)) ssl backlog=8192;
		ssl_session_tickets off;
		ssl_session_cache off;
	}
	END
	url=https://127.0.0.1:$port/
	url_fresh=https://127.0.0.1:$((port + 1))/
	SSL_CERT_FILE=$dir/root.pem
	export SSL_CERT_FILE
	until_it_answers "$url"
}

# CPU a request in us of one run: pulse GENERATORS CONNECTIONS OPTION URL ...
pulse_cost() {
	generators=$1 connections=$2
	shift 2
	cpu_of $client ./pulse run -g "$generators" -r max -c "$connections" \
	    -d "${seconds}s" -q "$@"
	n=$(sed -n 's/.* \([0-9]*\) completed.*/\1/p' "$dir/out")
	echo "$cpu ${n:-0}" | awk '$2 > 0 { printf "%.2f\n", $1 * 1e6 / $2 }'
}

wrk_cost() {
	cpu_of $client wrk -t1 -c50 -d"${seconds}s" "$@"
	n=$(awk '/requests in/ { print $1 }' "$dir/out")
	echo "$cpu ${n:-0}" | awk '$2 > 0 { printf "%.2f\n", $1 * 1e6 / $2 }'
}

# NAME A B: medians of both files and of their ratios.
compare() {
	paste -d' ' "$dir/$2" "$dir/$3" | awk '{ print $1 / $2 }' |
	    median >"$dir/ratio"
	printf '  %-24s %9s us %9s us %8.3f x\n' "$1" \
	    "$(median <"$dir/$2")" "$(median <"$dir/$3")" \
	    "$(cat "$dir/ratio")"
}

cost() {
	close='Connection: close'
	i=0
	while [ $i -lt "$rounds" ]; do
		pulse_cost 1 50 "$url" >>"$dir/kept.pulse"
		wrk_cost "$url" >>"$dir/kept.wrk"
		pulse_cost 1 50 --no-keepalive "$url_fresh" \
		    >>"$dir/fresh.pulse"
		wrk_cost -H "$close" "$url_fresh" >>"$dir/fresh.wrk"
		pulse_cost 1 50 --no-keepalive "$url" >>"$dir/resumed.pulse"
		wrk_cost -H "$close" "$url" >>"$dir/resumed.wrk"
		i=$((i + 1))
	done
	echo "Cost: https, -r max, 50 connections, one generator or thread"
	printf '  %-24s %12s %12s %10s\n' "CPU a request" pulse wrk "pulse is"
	compare "connections kept" kept.pulse kept.wrk
	compare "a connection each" fresh.pulse fresh.wrk
	compare "and resumed" resumed.pulse resumed.wrk
}

generators() {
	i=0
	while [ $i -lt 9 ]; do
		pulse_cost 4 48 --no-keepalive "$url_fresh" >>"$dir/four"
		pulse_cost 1 48 --no-keepalive "$url_fresh" >>"$dir/one"
		i=$((i + 1))
	done
	echo "CPU of a handshake with more generators, nine pairs"
	printf '  %-24s %12s %12s %10s\n' "" four one "four is"
	compare "a connection each" four one
}

# Of the generator, in kB, when $1 connections have been idle for seconds.
idle_memory() {
	./pulse run -g 1 -c "$1" -q \
	    -p "spike,from=0,to=$1,at=0s,lasting=1s,for=12s" "$2" \
	    >"$dir/out" 2>&1 &
	run=$!
	pids="$pids $run"
	sleep 9
	for p in $(pgrep -P $run); do
		awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup"
	done | sort -n | tail -n 1
	wait $run
}

# A server that is slow to answer has all of them open at a time.
memory() {
	[ -r /proc/self/smaps_rollup ] || return
	ulimit -n 12000 2>/dev/null || return
	mkfifo "$dir/line"
	./pulse mock --addr 127.0.0.1:0 --delay 3s --cert "$dir/chain.pem" \
	    --key "$dir/leaf.key" >"$dir/line" &
	pids="$pids $!"
	read -r line <"$dir/line"
	few=$(idle_memory 10 "${line##* }/")
	many=$(idle_memory 1010 "${line##* }/")
	echo "$few $many" | awk '{ printf "Memory: %.1f kB a connection " \
	    "(1,000 idle ones, TLS 1.3, three certificates)\n",
	    ($2 - $1) / 1000 }'
}

make_certificates
start_server
cost
generators
memory
