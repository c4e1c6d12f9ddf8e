#!/usr/bin/env perl
# Spawner and shims of the process executor. Core builtins only, no XS module: starts in 2 ms with 5 MB.
#
#   perl weir-shim.pl ARCH FIFO          ARCH: x64 | arm64; FIFO: where shims tell what attempts have become
#   perl weir-shim.pl ARCH FIFO ATTEMPT  the shim of one attempt, started by another program
#
# The spawner reads paths of attempts from standard input, one a line, and forks a shim for each; it ends at end of file. Behind a path
# there may stand, each after a NUL, the words of a command to start the shim by.
# A shim executes one attempt and outlives the spawner and the runner.
#
# An attempt is one file, JOB.ATTEMPT.STATE: its content is what to execute, its name is what has become of it. Renaming is atomic, only
# one renamer of a name wins, it needs no free disk block, and it costs a tenth of making a file. The states, and who enters them:
#
#   new                                runner   written down; not begun
#   void.CAUSE                         runner   never to be begun
#   claim.PID.TICKS                    shim     this shim executes it; TICKS is the shim's start in clock ticks
#   run.PID.TICKS.STARTED_MS           shim     the program runs; left out for one that ends at once
#   frozen.PID.TICKS.STARTED_MS        shim     every process of it stands still
#   exit.CODE.SIGNAL.CAUSE.STARTED_MS.ENDED_MS   shim   over, and nothing of it is left
#       CAUSE: none, or why it was ended: user, superseded, preempted, gang, time_limit, memory;
#       or start_STEP when the program never ran: then CODE is the errno of the STEP that failed
#       (the runner enters it with CAUSE lost for an attempt whose shim was killed)
#
# Orders are symbolic links beside it, made by the runner, which then sends SIGUSR1 to the shim; their targets are text:
#
#   JOB.ATTEMPT.stop     CAUSE.GRACE_MS.SIGNAL    TERM for all, or another signal for the program alone; then KILL for all
#   JOB.ATTEMPT.pause    (any)                    freeze while it is there
use strict;

my $here = $0 =~ m{^(.*)/} ? $1 : '.';
our ($ARCH, $FIFO, $ATTEMPT) = @ARGV;
require "$here/system-calls.pl";
require "$here/process-tree.pl";
require "$here/freezer.pl";
require "$here/output-files.pl";
require "$here/os-user.pl";
require "$here/supervise.pl";
require "$here/starter.pl";

block_signals();
forgo_core_files();
if (defined $ATTEMPT) {
  supervise($ATTEMPT, spare_from_oom());
  leave(0);
}
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
    my ($entry, @starter) = split(/\0/, substr($lines, 0, $end, ''));
    substr($lines, 0, 1, '');
    my $pid = fork;
    if (!defined $pid) { refuse($entry, 'fork', $! + 0) }
    elsif ($pid == 0) { @starter ? start_by_command($entry, @starter) : supervise($entry); leave(0) }
  }
}
