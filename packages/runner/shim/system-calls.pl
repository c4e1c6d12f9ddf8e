# The system calls that Perl has no builtin for, by architecture.
use strict;
our $ARCH;

my %NUMBERS = (
  x64 => { sigprocmask => 14, setsid => 112, sigtimedwait => 128, prctl => 157, clock_gettime => 228, exit_group => 231, mknodat => 259 },
  arm64 => { sigprocmask => 135, setsid => 157, sigtimedwait => 137, prctl => 167, clock_gettime => 113, exit_group => 94, mknodat => 33 },
);
my $NR = $NUMBERS{ $ARCH // '' } or die "no system call numbers for architecture '" . ($ARCH // '') . "'\n";

my ($SIG_BLOCK, $SIG_SETMASK, $MASK_BYTES) = (0, 2, 8);
my ($CLOCK_REALTIME, $CLOCK_MONOTONIC) = (0, 1);
my ($PR_SET_CHILD_SUBREAPER, $AT_FDCWD, $FIFO_0600) = (36, -100, 010600);

sub mask_of { my $mask = 0; $mask |= 1 << ($_ - 1) for @_; return pack('Q', $mask) }

# All but the signals of faults (ILL TRAP ABRT BUS FPE SEGV SYS): a shim is ended by nothing but KILL.
sub block_signals {
  my %fault = map { $_ => 1 } (4, 5, 6, 7, 8, 11, 31);
  syscall($NR->{sigprocmask}, $SIG_BLOCK, mask_of(grep { !$fault{$_} } 1 .. 64), 0, $MASK_BYTES);
}

my $NO_SIGNALS = mask_of();
sub unblock_signals { syscall($NR->{sigprocmask}, $SIG_SETMASK, $NO_SIGNALS, 0, $MASK_BYTES) }

my $AWAITED = mask_of(10, 17);    # USR1: an order changed; CHLD: a child ended

# Waits for USR1 or CHLD, at most $ms milliseconds (undef: without end); returns the signal's number, -1 at the time's end.
sub wait_signal {
  my ($ms) = @_;
  return syscall($NR->{sigtimedwait}, $AWAITED, 0, 0, $MASK_BYTES) if !defined $ms;
  $ms = 0 if $ms < 0;
  my $timespec = pack('qq', int($ms / 1000), ($ms % 1000) * 1_000_000);
  return syscall($NR->{sigtimedwait}, $AWAITED, 0, $timespec, $MASK_BYTES);
}

sub read_clock {
  my $timespec = pack('qq', 0, 0);
  syscall($NR->{clock_gettime}, $_[0], $timespec);
  my ($seconds, $nanos) = unpack('qq', $timespec);
  return $seconds * 1000 + int($nanos / 1_000_000);
}

sub wall_ms { return read_clock($CLOCK_REALTIME) }
sub steady_ms { return read_clock($CLOCK_MONOTONIC) }

# A session of its own (no terminal, no group of the runner), and the new parent of every orphan among its descendants.
sub become_supervisor {
  syscall($NR->{setsid});
  syscall($NR->{prctl}, $PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

sub make_fifo {
  my ($path) = @_;
  syscall($NR->{mknodat}, $AT_FDCWD, $path, $FIFO_0600, 0) == 0 or warn "cannot make the fifo $path: $!\n";
}

# Ends the process without perl's tidying up.
sub leave { syscall($NR->{exit_group}, $_[0] + 0) }

1;
