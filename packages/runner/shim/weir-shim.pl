#!/usr/bin/env perl
# Spawner and shims of the process executor. Core builtins only, no XS module: starts in 2 ms with 5 MB.
#
#   perl weir-shim.pl ARCH FIFO        ARCH: x64 | arm64; FIFO: where shims tell that a folder changed
#
# The spawner reads folders of attempts from standard input, one a line, and forks a shim for each; it ends at end of file.
# A shim executes one attempt and outlives the spawner and the runner. What it knows is in its folder as symbolic links, because
# making one is atomic, exclusive, and needs no free disk block; their targets are facts, not paths:
#
#   claim    PID.TICKS                       this shim executes the attempt; TICKS is its start in clock ticks
#   started  PID.TICKS.STARTED_MS            the job's program runs; not stated of one that ends at once
#   frozen   signals|cgroup                  every process of the attempt stands still
#   exit     CODE.SIGNAL.CAUSE.STARTED_MS.ENDED_MS   the end, written once nothing of the attempt is left.
#            CAUSE: none, or why the shim ended it: user, superseded, time_limit, memory;
#            or start_STEP when the program never ran: then CODE is the errno of the STEP that failed
#
# Orders are links too, made by the runner, which then sends SIGUSR1 to the shim:
#
#   stop     CAUSE.GRACE_MS                  TERM for all, then KILL
#   pause    (any)                           freeze while it is there
use strict;

my $here = $0 =~ m{^(.*)/} ? $1 : '.';
our ($ARCH, $FIFO) = @ARGV;
require "$here/system-calls.pl";
require "$here/process-tree.pl";
require "$here/freezer.pl";
require "$here/supervise.pl";

block_signals();
open(my $null, '<', '/dev/null') or die "cannot open /dev/null: $!\n";
make_fifo($FIFO) unless -p $FIFO;
$SIG{CHLD} = 'IGNORE';    # the kernel reaps the shims
syswrite(STDOUT, "ready\n");

my $lines = '';
while (1) {
  my $read = sysread(STDIN, $lines, 65536, length $lines);
  next if !defined $read && $! == 4;    # EINTR
  last unless $read;
  while ((my $end = index($lines, "\n")) >= 0) {
    my $folder = substr($lines, 0, $end, '');
    substr($lines, 0, 1, '');
    my $pid = fork;
    if (!defined $pid) { refuse($folder, 'fork', $! + 0) }
    elsif ($pid == 0) { supervise($folder); leave(0) }
  }
}
