# Shims that another program starts, in a place of its own for the attempt (systemd-run --scope).
use strict;
our ($ARCH, $FIFO);

my $MOST_WORDS = 1000;

# Executes the command with the shim behind it; when it ends without one, the attempt is refused with what the command had to say.
sub start_by_command {
  my ($entry, @command) = @_;
  $SIG{CHLD} = 'DEFAULT';
  pipe(my $reader, my $writer) or return refuse($entry, 'fork', $! + 0);
  my $pid = fork;
  return refuse($entry, 'fork', $! + 0) unless defined $pid;
  if ($pid == 0) {
    open(STDIN, '<', '/dev/null');
    open(STDOUT, '>', '/dev/null');
    open(STDERR, '>&', $writer);
    $SIG{$_} = 'DEFAULT' for qw(PIPE CHLD FPE HUP INT);
    unblock_signals();
    exec { $command[0] } @command, $^X, $0, $ARCH, $FIFO, $entry;
    syswrite(STDERR, "cannot run $command[0]: $!");
    leave(127);
  }
  close $writer;
  my $words = '';
  while (sysread($reader, my $more, 4096)) { $words .= $more if length $words < $MOST_WORDS }    # to its end: the shim sends it elsewhere
  refuse($entry, 'scope', 0, substr($words, 0, $MOST_WORDS)) if -e $entry;
}

# The kernel ends the job before its shim when the memory of their common control group runs out; true when that could be arranged.
sub spare_from_oom { return write_file('/proc/self/oom_score_adj', '-999') }

1;
