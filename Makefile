# pulse: POSIX make, no configure.
#
#	make deps demo		set up this machine, run a real load
#	make deps check		set up, build, pass every test
#
#	make static		pulse-static: one file that runs anywhere
#
# For who changes it; each says more where its rule is:
#
#	make check		all tests
#	make check-san		the same under ASan and UBSan
#	make LOOP=poll check-loop	what depends on the event loop
#	make lint		the style, the layers, the manual
#	make fuzz		what reads others' bytes, under libFuzzer
#	make bench		beside wrk and others that are installed
#	make sim		how often pulse diff is wrong
#
# One test: make tests/test_json.t && tests/test_json.t, or, of the shell
# tests, make pulse and the helpers it starts, then sh tests/t_load.sh.
#
# Settings: CC CFLAGS LDFLAGS PREFIX DESTDIR, LOOP=poll for the poll loop, TLS=0
# for a build without OpenSSL, HARDEN=0 for one without what makes mistakes hard
# to exploit, MANUAL=0 for one without the manual in it. The smallest program
# there is:
#
#	make static TLS=0 MANUAL=0 CC=musl-gcc

.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o .t .fo .fuzz

CC = cc
# Without TLS it is for machines on which every byte counts. Nothing here throws
# exceptions: the tables for them would be an eighth of the smallest program.
CFLAGS = $(OPTIMIZE_$(TLS)) -g -fno-asynchronous-unwind-tables
OPTIMIZE_0 = -Os
OPTIMIZE_1 = -O2
LDFLAGS =
PREFIX = /usr/local
MANDIR = $(PREFIX)/share/man
LOOP = epoll
TLS = 1
HARDEN = 1
MANUAL = 1
WERROR =
SOAK_TIME = 60
SOAK_RATE = 2000
SIM_PAIRS = 10000

STD = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -iquote .
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wundef \
	-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 \
	-Wvla -Wswitch-enum $(WERROR)
# The same source gives the same bytes, wherever it lies.
MAP = -fdebug-prefix-map="`pwd`"=.
# A program that lies anywhere, with nothing that can be both written and run,
# and with checks of its stack, its jumps and its buffers. Before CFLAGS, so
# that these have the last word. What guards jumps depends on the processor.
HARDEN_CFLAGS_1 = -fPIE -fstack-protector-strong -fstack-clash-protection \
	`case "\`$(CC) -dumpmachine\`" in \
	x86_64*) echo -fcf-protection ;; \
	aarch64*) echo -mbranch-protection=standard ;; esac` \
	-include base/fortify.h
HARDEN_LINK = -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
HARDEN_LDFLAGS_1 = -pie $(HARDEN_LINK)
# The script that musl-gcc is links the start of a dynamic program and asks for
# a loader whatever -static-pie says: it makes no static one that lies anywhere.
HARDEN_STATIC_1 = $(HARDEN_LINK) \
	`case "$(CC)" in *musl-gcc*) echo -static ;; \
	*) echo -static-pie ;; esac` $(PACK)
# Where such a program finds its own parts is a twelfth of it, unless packed;
# glibc unpacks that since 2.36.
PACK = `printf '%s\n' '\#include <features.h>' '\#ifdef __GLIBC_PREREQ' \
	'\#if __GLIBC_PREREQ(2, 36)' packed '\#endif' '\#endif' | \
	$(CC) -E -P - | sed -n 's/^packed$$/-Wl,-z,pack-relative-relocs/p'`
HARDEN_STATIC_0 = -static

ALL_CFLAGS = $(STD) $(WARN) $(MAP) \
	$(HARDEN_CFLAGS_$(HARDEN)) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LDFLAGS_$(HARDEN)) $(LDFLAGS)
TLS_OBJ_0 = base/tls_none.o
TLS_OBJ_1 = base/tls.o base/tls_context.o base/tls_memory.o
TLS_LIBS_0 =
TLS_LIBS_1 = -lssl -lcrypto
LIBS = $(TLS_LIBS_$(TLS)) -lm

MAN = man/pulse.1 man/pulse-plan.5 man/pulse-protocol.7
MANUAL_0 = </dev/null
MANUAL_1 = $(MAN)

OBJS = \
	base/util.o base/stats.o base/text.o base/loop.o base/msg.o \
	base/names.o base/net.o base/proc.o base/sandbox.o base/resolve.o \
	base/stream.o base/expiry.o base/roots.o base/pem.o base/rights.o \
	base/machine.o base/usage.o base/sink.o \
	$(TLS_OBJ_$(TLS)) commit.o hist.o http.o json.o json_write.o wire.o \
	result.o token.o access.o coord.o worker.o mock.o \
	plan/plan.o plan/expr.o plan/tree.o plan/file.o \
	cmd/options.o cmd/connect_options.o cmd/output.o cmd/run_options.o \
	cmd/worker_options.o cmd/dry_run.o cmd/run.o cmd/serve_tls.o \
	cmd/ping.o cmd/merge.o cmd/completion.o cmd/preflight.o \
	cmd/calibrate.o cmd/progress_options.o cmd/mock_options.o \
	cmd/manual.o cmd/help.o cmd/diff.o \
	http/body.o http/url.o http/words.o http/client_answer.o \
	http/client.o http/server_answer.o http/server_input.o \
	http/server_output.o http/server_connection.o http/server_listener.o \
	http/server.o \
	load/arrival.o load/connect.o load/life.o load/outcome.o load/slots.o \
	load/exemplar.o load/intervals.o load/target.o load/check.o \
	load/request.o load/probe.o load/audit.o load/tally.o load/gen.o \
	load/pool.o load/cost.o load/climb.o \
	wire/read.o wire/checks_json.o wire/connect_json.o \
	wire/request_json.o wire/msg.o wire/counters_json.o wire/hist_json.o \
	wire/result_json.o wire/exemplar_json.o \
	fleet/fleet.o fleet/credentials.o fleet/split.o fleet/feature.o \
	fleet/peer.o fleet/ping.o fleet/run_answer.o fleet/verdict.o \
	report/percentiles.o report/report.o report/words.o report/outlook.o \
	report/plan_out.o report/plan_text.o report/page.o \
	report/latency_text.o report/fleet_text.o report/text.o \
	report/json_out.o report/csv.o report/hgrm.o report/junit.o \
	report/wire_out.o report/progress.o report/markup.o report/svg.o \
	report/timeline.o report/html_style.o report/html_timeline.o \
	report/html_latency.o report/html_tables.o report/html_requests.o \
	report/html_plan.o report/html.o report/steps.o report/style.o \
	report/standing.o report/status.o report/panel.o report/screen.o \
	report/progress_json.o report/json_exemplars.o report/chart.o \
	report/load_text.o report/parts_text.o report/chart_text.o \
	report/errors_text.o report/audit_text.o \
	diff/spread.o diff/figure.o diff/compare.o diff/fail_if.o \
	diff/recorded.o diff/text.o diff/json.o

HDRS = \
	base/fortify.h base/util.h base/stats.h base/text.h base/loop.h \
	base/msg.h base/names.h base/net.h base/proc.h base/sandbox.h \
	base/resolve.h base/stream.h base/expiry.h base/roots.h base/rights.h \
	base/tls_memory.h base/pem.h base/tls_context.h base/tls.h \
	base/machine.h base/usage.h base/sink.h \
	commit.h hist.h http.h json.h json_write.h wire.h result.h token.h \
	access.h coord.h worker.h mock.h \
	plan/plan.h plan/expr.h plan/tree.h plan/file.h \
	cmd/options.h cmd/connect_options.h cmd/output.h cmd/run_options.h \
	cmd/worker_options.h cmd/dry_run.h cmd/run.h cmd/serve_tls.h \
	cmd/ping.h cmd/merge.h cmd/completion.h cmd/preflight.h \
	cmd/calibrate.h cmd/progress_options.h cmd/mock_options.h \
	cmd/manual_text.h cmd/manual.h cmd/help.h cmd/diff.h \
	http/body.h http/url.h http/words.h http/client_answer.h \
	http/client.h http/server_answer.h http/server_input.h \
	http/server_output.h http/server_connection.h http/server_listener.h \
	http/server.h \
	load/arrival.h load/connect.h load/life.h load/outcome.h load/slots.h \
	load/exemplar.h load/intervals.h load/target.h load/check.h \
	load/request.h load/probe.h load/audit.h load/tally.h load/gen.h \
	load/pool.h load/remedy.h load/cost.h load/climb.h \
	wire/read.h wire/checks_json.h wire/connect_json.h \
	wire/request_json.h wire/msg.h wire/counters_json.h wire/hist_json.h \
	wire/result_json.h wire/exemplar_json.h \
	fleet/fleet.h fleet/credentials.h fleet/split.h fleet/feature.h \
	fleet/peer.h fleet/ping.h fleet/run_answer.h fleet/verdict.h \
	report/percentiles.h report/report.h report/words.h report/outlook.h \
	report/plan_text.h report/page.h report/latency_text.h \
	report/fleet_text.h report/progress.h report/markup.h report/svg.h \
	report/timeline.h report/html_style.h report/html_timeline.h \
	report/html_latency.h report/html_tables.h report/html_requests.h \
	report/html_plan.h report/steps.h report/style.h report/standing.h \
	report/status.h report/panel.h report/screen.h report/progress_json.h \
	report/json_exemplars.h report/chart.h report/load_text.h \
	report/parts_text.h report/chart_text.h report/errors_text.h \
	report/audit_text.h \
	diff/spread.h diff/figure.h diff/compare.h diff/fail_if.h \
	diff/recorded.h diff/out.h

all: pulse

pulse: pulse.o $(OBJS) man/text.o
	@echo '$(CC) -o $@'
	@$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ pulse.o $(OBJS) man/text.o \
	    $(LIBS)

pulse.o $(OBJS) man/text.o base/names_static.o: $(HDRS) .flags

.c.o:
	@echo '$(CC) -c $<'
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Changes when the flags do, so that everything is compiled anew then.
.flags: FORCE
	@echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LIBS)' >.flags.new
	@if cmp -s .flags.new $@; then rm .flags.new; else mv .flags.new $@; fi

# The same of the commit, on which one object depends.
.commit: FORCE
	@sh commit.sh >.commit.new
	@if cmp -s .commit.new $@; then rm .commit.new; \
	    else mv .commit.new $@; fi

commit.o: .commit
	@echo '$(CC) -c commit.c'
	@$(CC) $(ALL_CFLAGS) -DPULSE_COMMIT="\"`cat .commit`\"" \
	    -c -o $@ commit.c

# And of the event loop.
.loop: FORCE
	@echo '$(LOOP)' >.loop.new
	@if cmp -s .loop.new $@; then rm .loop.new; else mv .loop.new $@; fi

base/loop.o: .loop
	@echo '$(CC) -c base/loop.c'
	@$(CC) $(ALL_CFLAGS) -DLOOP_$(LOOP) -c -o $@ base/loop.c

# And of what manual is to be in it.
.manual: FORCE
	@echo '$(MANUAL_$(MANUAL))' >.manual.new
	@if cmp -s .manual.new $@; then rm .manual.new; \
	    else mv .manual.new $@; fi

# The manual as text, in C; of no pages there comes an empty one.
man/text.c: $(MAN) man/render.awk man/pack.awk .manual
	@echo 'awk -f man/pack.awk >$@'
	@LC_ALL=C awk -f man/render.awk $(MANUAL_$(MANUAL)) >.manual.text
	@LC_ALL=C awk -f man/pack.awk .manual.text >$@
	@rm -f .manual.text

FORCE:

# One file that needs nothing of the machine it is copied to; for Linux. glibc's
# linker warns of calls that load modules of the system: base/names.c keeps to
# what is linked in, and OpenSSL is not asked to load any. Those warnings are
# left out and all others shown.

static: pulse-static

pulse-static: pulse.o base/names_static.o libpulse.a
	@echo '$(CC) -static -o $@'
	@LC_ALL=C $(CC) $(ALL_CFLAGS) $(LDFLAGS) \
	    $(HARDEN_STATIC_$(HARDEN)) -s -o $@ pulse.o \
	    base/names_static.o libpulse.a $(LIBS) 2>.static.err; \
	    status=$$?; awk ' \
		/: in function `/ { place = $$0; next } \
		/in statically linked applications requires/ { next } \
		place != "" { print place; place = "" } \
		{ print }' .static.err >&2; \
	    rm -f .static.err; exit $$status

base/names_static.o: base/names.c
	@echo '$(CC) -DPULSE_STATIC -c base/names.c'
	@$(CC) $(ALL_CFLAGS) -DPULSE_STATIC -c -o $@ base/names.c

# Tests: unit tests on check, then shell scripts with the real binary.

TLS_UNIT_0 =
TLS_UNIT_1 = tests/test_tls_memory.t
UNIT = \
	tests/test_util.t tests/test_stats.t tests/test_text.t \
	tests/test_hist.t tests/test_json.t tests/test_json_write.t \
	tests/test_json_rfc.t tests/test_http.t tests/test_http_words.t \
	tests/test_http_body.t tests/test_http_url.t tests/test_http_rfc.t \
	tests/test_arrival.t tests/test_arrival_share.t tests/test_wire.t \
	tests/test_wire_json.t tests/test_result.t tests/test_result_json.t \
	tests/test_result_round.t tests/test_split.t tests/test_fleet.t \
	tests/test_feature.t tests/test_token.t tests/test_access.t \
	tests/test_run_answer.t tests/test_credentials.t tests/test_verdict.t \
	tests/test_peer_tls.t tests/test_plan.t tests/test_plan_file.t \
	tests/test_plan_text.t tests/test_report.t tests/test_percentiles.t \
	tests/test_report_file.t tests/test_report_fleet.t \
	tests/test_report_hgrm.t tests/test_progress.t tests/test_html.t \
	tests/test_client_answer.t tests/test_http_client.t \
	tests/test_http_server.t tests/test_server_limits.t \
	tests/test_server_stream.t tests/test_server_drain.t \
	tests/test_server_rfc.t tests/test_loop.t tests/test_loop_timer.t \
	tests/test_expiry.t tests/test_msg.t tests/test_net.t \
	tests/test_stream.t tests/test_stream_tls.t \
	tests/test_http_server_tls.t tests/test_proc.t tests/test_rights.t \
	tests/test_sandbox.t tests/test_resolve.t tests/test_slots.t \
	tests/test_life.t tests/test_outcome.t tests/test_intervals.t \
	tests/test_exemplar.t tests/test_tally.t tests/test_check.t \
	tests/test_audit.t tests/test_target.t tests/test_probe.t \
	tests/test_pool.t \
	tests/test_pool_end.t tests/test_wire_msg.t tests/test_connect.t \
	tests/test_tls.t tests/test_tls_trust.t tests/test_tls_context.t \
	tests/test_roots.t tests/test_tls_prepare.t tests/test_pem.t \
	tests/test_tls_flood.t tests/test_http_client_tls.t \
	tests/test_options.t tests/test_run_options.t \
	tests/test_connect_options.t tests/test_climb.t tests/test_machine.t \
	tests/test_usage.t \
	tests/test_preflight.t tests/test_steps.t tests/test_screen.t \
	tests/test_sink.t tests/test_result_exemplars.t tests/test_outlook.t \
	tests/test_report_exemplars.t tests/test_style.t tests/test_compare.t \
	tests/test_recorded.t \
	$(TLS_UNIT_$(TLS))

HELPERS = \
	tests/misbehave.t tests/misbehave_tls.t tests/recorder.t \
	tests/micro.t tests/gopeer.t tests/ask.t tests/manyworkers.t \
	tests/narrow.t tests/dns.t tests/storm.t tests/peak.t \
	tests/nofilter.t tests/faulty.t tests/onscreen.t tests/follow.t \
	tests/sim.t

# Decoders of what others send: each runs on its corpus, and under libFuzzer.
FUZZ_TESTS = tests/fuzz/access.t tests/fuzz/answer.t tests/fuzz/checks.t \
	tests/fuzz/connect.t tests/fuzz/expand.t tests/fuzz/frames.t \
	tests/fuzz/interval.t tests/fuzz/json.t tests/fuzz/pem.t \
	tests/fuzz/recorded.t \
	tests/fuzz/phase.t tests/fuzz/plan.t tests/fuzz/request.t \
	tests/fuzz/result.t tests/fuzz/run_answer.t \
	tests/fuzz/run_request.t tests/fuzz/text.t tests/fuzz/threshold.t \
	tests/fuzz/token.t tests/fuzz/url.t tests/fuzz/workers.t

# The longest first, so that none of them is waited for at the end.
SHELL_TESTS = \
	tests/t_faults_worker.sh tests/t_manual.sh tests/t_worker_attack.sh \
	tests/t_servers.sh tests/t_faults_run.sh tests/t_progress_screen.sh \
	tests/t_progress.sh tests/t_progress_ask.sh \
	tests/t_fleet_bad.sh tests/t_html.sh tests/t_calibrate.sh \
	tests/t_load.sh tests/t_client.sh tests/t_checks.sh tests/t_signal.sh \
	tests/t_refuse.sh tests/t_inject.sh tests/t_output.sh tests/t_junit.sh \
	tests/t_completion.sh tests/t_merge.sh tests/t_fleet_dry.sh \
	tests/t_worker.sh tests/t_worker_bad.sh tests/t_worker_gone.sh \
	tests/t_worker_died.sh tests/t_worker_busy.sh tests/t_worker_listen.sh \
	tests/t_worker_access.sh tests/t_worker_idle.sh tests/t_worker_tls.sh \
	tests/t_worker_names.sh tests/t_worker_rights.sh tests/t_connect.sh \
	tests/t_ports.sh tests/t_fleet.sh tests/t_fleet_go.sh \
	tests/t_fleet_lost.sh tests/t_fleet_stop.sh tests/t_fleet_exec.sh \
	tests/t_fleet_tls.sh tests/t_sandbox.sh tests/t_tls.sh \
	tests/t_tls_bad.sh tests/t_faults_output.sh tests/t_examples.sh \
	tests/t_corpus.sh tests/t_preflight.sh tests/t_messages.sh \
	tests/t_help.sh tests/t_exemplars.sh tests/t_diff.sh tests/t_sums.sh

# Of the build itself, whatever the flags.
STATIC = pulse-static
BUILD_TESTS = tests/t_build.sh tests/t_static.sh

libpulse.a: $(OBJS) man/text.o
	@echo 'ar $@'
	@rm -f $@
	@ar rc $@ $(OBJS) man/text.o

# What test programs share, each compiled once; tests/libs.sh says who has what.
# Those of the unit tests need check.
UNIT_RIGS = tests/suite.o tests/server_rig.o tests/report_rig.o \
	tests/html_rig.o tests/request_rig.o tests/result_rig.o \
	tests/tls_rig.o tests/pool_rig.o
RIGS = tests/terminal.o tests/compare_rig.o tests/peer_rig.o \
	tests/serve_rig.o tests/bad_peer.o tests/bad_ways.o
FUZZ_RIGS = tests/fuzz/replay.o tests/fuzz/rig.o tests/fuzz/http_rig.o
TEST_HDRS = tests/suite.h tests/server_rig.h tests/report_rig.h \
	tests/html_rig.h tests/request_rig.h tests/result_rig.h \
	tests/tls_rig.h tests/pool_rig.h tests/terminal.h \
	tests/compare_rig.h tests/peer_rig.h tests/serve_rig.h \
	tests/bad_peer.h tests/bad_ways.h tests/fuzz/rig.h \
	tests/fuzz/http_rig.h

$(UNIT_RIGS) $(RIGS) $(FUZZ_RIGS): $(HDRS) $(TEST_HDRS) .flags
$(UNIT): libpulse.a $(UNIT_RIGS) $(RIGS)
$(HELPERS): libpulse.a $(RIGS)
$(FUZZ_TESTS): libpulse.a $(FUZZ_RIGS)
tests/faulty.t: pulse.o

$(UNIT_RIGS):
	@echo '$(CC) -c $(@:.o=.c)'
	@$(CC) $(ALL_CFLAGS) `pkg-config --cflags check` -c -o $@ $(@:.o=.c)

.c.t:
	@echo '$(CC) -o $@'
	@$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< `sh tests/libs.sh $<` \
	    libpulse.a $(LIBS)

check: pulse $(STATIC) $(UNIT) $(HELPERS) $(FUZZ_TESTS)
	@sh tests/run.sh $(BUILD_TESTS) $(SHELL_TESTS) $(UNIT)

# What depends on the event loop: for LOOP=poll, beside a whole check.
LOOP_UNIT = tests/test_loop.t tests/test_loop_timer.t tests/test_expiry.t \
	tests/test_tls_flood.t \
	tests/test_msg.t tests/test_net.t tests/test_stream.t \
	tests/test_stream_tls.t tests/test_http_server_tls.t \
	tests/test_http_client_tls.t \
	tests/test_resolve.t tests/test_probe.t tests/test_http_client.t \
	tests/test_http_server.t tests/test_server_limits.t \
	tests/test_server_stream.t tests/test_server_drain.t \
	tests/test_server_rfc.t \
	tests/test_pool.t tests/test_pool_end.t tests/test_sink.t

LOOP_SHELL = tests/t_progress.sh tests/t_progress_ask.sh \
	tests/t_load.sh tests/t_client.sh tests/t_signal.sh \
	tests/t_worker.sh tests/t_worker_gone.sh tests/t_worker_died.sh \
	tests/t_fleet.sh tests/t_fleet_stop.sh tests/t_fleet_exec.sh

check-loop: pulse $(LOOP_UNIT) $(HELPERS)
	@sh tests/run.sh $(LOOP_SHELL) $(LOOP_UNIT)

# Without the unit tests: for a C library that has no check.
check-shell: pulse $(HELPERS) $(FUZZ_TESTS)
	@sh tests/run.sh $(SHELL_TESTS)

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all

# A process for each test costs more than the tests do: here a suite is one,
# and leaks are looked for at its end. What is found needs lines, and no more of
# what debuggers want.
check-san:
	CK_FORK=no $(MAKE) check \
	    CFLAGS='-O1 -g1 $(SANITIZE)' LDFLAGS='$(SANITIZE)' \
	    STATIC= BUILD_TESTS=

check-valgrind: $(UNIT)
	@sh tests/valgrind.sh $(UNIT)

# Each decoder under libFuzzer for FUZZ_TIME seconds, two side by side;
# FUZZ=json is one of them. FUZZ_DIR has what comes of it: corpora that grow,
# logs, and the inputs that were not survived. fuzz-merge takes some of those
# corpora to tests/corpus. The objects are others than those of the program.
FUZZ_CC = clang
FUZZ_TIME = 60
FUZZ_DIR = /tmp/pulse-fuzz
FUZZ = $(FUZZ_TESTS)
FUZZ_FLAGS = $(STD) $(WARN) -DLOOP_$(LOOP) -O1 -g -fno-omit-frame-pointer \
	-fno-sanitize-recover=all -DPULSE_COMMIT='""'
FUZZ_OBJS = $(OBJS:.o=.fo)
FUZZ_PROGRAMS = $(FUZZ_TESTS:.t=.fuzz)
FUZZ_NAMES = $$(for f in $(FUZZ); do basename $$f .t; done)

fuzz fuzz-merge:
	@sh tests/fuzz.sh probe $(FUZZ_CC)
	@$(MAKE) $$(for f in $(FUZZ_NAMES); do echo tests/fuzz/$$f.fuzz; done)
	@case $@ in \
	fuzz)	sh tests/fuzz.sh run $(FUZZ_TIME) $(FUZZ_DIR) $(FUZZ_NAMES) ;; \
	*)	sh tests/fuzz.sh merge $(FUZZ_DIR) $(FUZZ_NAMES) ;; \
	esac

$(FUZZ_OBJS): $(HDRS)

.c.fo:
	@echo '$(FUZZ_CC) -c $@'
	@$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined \
	    -c -o $@ $<

libpulse-fuzz.a: $(FUZZ_OBJS)
	@echo 'ar $@'
	@rm -f $@
	@ar rc $@ $(FUZZ_OBJS)

$(FUZZ_PROGRAMS): libpulse-fuzz.a tests/fuzz/rig.c tests/fuzz/rig.h \
	tests/fuzz/http_rig.c tests/fuzz/http_rig.h

.c.fuzz:
	@echo '$(FUZZ_CC) -o $@'
	@$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined -o $@ \
	    $< tests/fuzz/rig.c tests/fuzz/http_rig.c libpulse-fuzz.a $(LIBS)

# Long, for memory and counts: SOAK_TIME in seconds, SOAK_RATE a second.
soak: pulse tests/faulty.t
	@SOAK_TIME=$(SOAK_TIME) SOAK_RATE=$(SOAK_RATE) sh tests/soak.sh

lint:
	@sh tests/lint.sh

# What gcc's, clang's and cppcheck's analyzers find, as far as they are there.
analyze:
	@sh tests/analyze.sh $(ALL_CFLAGS)

# Ratios against whatever peers are installed; says nothing about passing.
bench: pulse $(HELPERS)
	@sh tests/bench.sh
	@sh tests/bench_tls.sh

# How often pulse diff is wrong, of SIM_PAIRS pairs of random runs.
sim: tests/sim.t
	@tests/sim.t $(SIM_PAIRS)

# What the build, the tests and the lint need: apt-get or apk. Much more for
# analyze and check-valgrind.
deps:
	@sh tests/deps.sh

deps-ci:
	@sh tests/deps.sh clang cppcheck valgrind zsh fish chromium \
	    xmllint=libxml2-utils

demo: pulse
	@sh examples/demo.sh

# Of a shell's completions only what asks pulse for them: a pulse that was built
# for another machine cannot be run here.
BASH_DIR = $(PREFIX)/share/bash-completion/completions
ZSH_DIR = $(PREFIX)/share/zsh/site-functions
FISH_DIR = $(PREFIX)/share/fish/vendor_completions.d

install: pulse
	mkdir -p $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(MANDIR)/man1 \
	    $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 \
	    $(DESTDIR)$(BASH_DIR) $(DESTDIR)$(ZSH_DIR) $(DESTDIR)$(FISH_DIR)
	install -m 755 pulse $(DESTDIR)$(PREFIX)/bin/pulse
	install -m 644 man/pulse.1 $(DESTDIR)$(MANDIR)/man1/pulse.1
	install -m 644 man/pulse-plan.5 $(DESTDIR)$(MANDIR)/man5/pulse-plan.5
	install -m 644 man/pulse-protocol.7 \
	    $(DESTDIR)$(MANDIR)/man7/pulse-protocol.7
	install -m 644 completions/pulse.bash $(DESTDIR)$(BASH_DIR)/pulse
	install -m 644 completions/_pulse $(DESTDIR)$(ZSH_DIR)/_pulse
	install -m 644 completions/pulse.fish $(DESTDIR)$(FISH_DIR)/pulse.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/pulse
	rm -f $(DESTDIR)$(MANDIR)/man1/pulse.1
	rm -f $(DESTDIR)$(MANDIR)/man5/pulse-plan.5
	rm -f $(DESTDIR)$(MANDIR)/man7/pulse-protocol.7
	rm -f $(DESTDIR)$(BASH_DIR)/pulse $(DESTDIR)$(ZSH_DIR)/_pulse \
	    $(DESTDIR)$(FISH_DIR)/pulse.fish

clean:
	rm -f pulse pulse-static pulse.o $(OBJS) $(TLS_OBJ_0) $(TLS_OBJ_1)
	rm -f base/names_static.o libpulse.a $(UNIT) $(HELPERS) $(FUZZ_TESTS)
	rm -f $(UNIT_RIGS) $(RIGS) $(FUZZ_RIGS)
	rm -f $(FUZZ_OBJS) libpulse-fuzz.a $(FUZZ_PROGRAMS)
	rm -f man/text.c man/text.o .manual .manual.new .manual.text
	rm -f soak.samples .flags .flags.new .loop .loop.new .commit .commit.new
	rm -f .static.err
