# The system calls that Perl has no builtin for, by architecture.
use strict;
our $ARCH;

my %NUMBERS = (
  x64 => {
    sigprocmask => 14, setsid => 112, sigtimedwait => 128, prctl => 157, clock_gettime => 228, exit_group => 231, mknodat => 259,
    close => 3, setgroups => 116, setresuid => 117, setresgid => 119, sched_setaffinity => 203, set_mempolicy => 238, openat => 257,
    mkdirat => 258, prlimit64 => 302,
  },
  arm64 => {
    sigprocmask => 135, setsid => 157, sigtimedwait => 137, prctl => 167, clock_gettime => 113, exit_group => 94, mknodat => 33,
    close => 57, setgroups => 159, setresuid => 147, setresgid => 149, sched_setaffinity => 122, set_mempolicy => 237, openat => 56,
    mkdirat => 34, prlimit64 => 261,
  },
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

# Milliseconds with their fractions.
sub read_clock {
  my $timespec = pack('qq', 0, 0);
  syscall($NR->{clock_gettime}, $_[0], $timespec);
  my ($seconds, $nanos) = unpack('qq', $timespec);
  return $seconds * 1000 + $nanos / 1_000_000;
}

sub wall_ms { return read_clock($CLOCK_REALTIME) }
sub steady_ms { return int(read_clock($CLOCK_MONOTONIC)) }
sub exact_steady_ms { return read_clock($CLOCK_MONOTONIC) }

# A session of its own (no terminal, no group of the runner), and the new parent of every orphan among its descendants.
sub become_supervisor {
  syscall($NR->{setsid});
  syscall($NR->{prctl}, $PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

sub make_fifo {
  my ($path) = @_;
  syscall($NR->{mknodat}, $AT_FDCWD, $path, $FIFO_0600, 0) == 0 or warn "cannot make the fifo $path: $!\n";
}

my $O_CLOEXEC = 02000000;
my ($O_DIRECTORY, $O_NOFOLLOW) = $ARCH eq 'arm64' ? (040000, 0100000) : (0200000, 0400000);

# Opens a folder by its path, or by its name in an open folder without following a link; returns its number, below 0 with $! set.
sub open_folder {
  my ($at, $name) = @_;
  return syscall($NR->{openat}, $at // $AT_FDCWD, $name, $O_CLOEXEC | $O_DIRECTORY | (defined $at ? $O_NOFOLLOW : 0), 0);
}

sub open_file_at {
  my ($at, $name, $flags, $mode) = @_;
  return syscall($NR->{openat}, $at, $name, $O_CLOEXEC | $O_NOFOLLOW | $flags, $mode);
}

sub make_folder_at { my ($at, $name) = @_; syscall($NR->{mkdirat}, $at, $name, 0755) }
sub close_number { syscall($NR->{close}, $_[0] + 0) }

# All ids of this process: real, effective and saved.
sub set_user_for_good {
  my ($uid, $gid, @groups) = map { $_ + 0 } @_;
  my $list = pack('L*', @groups);
  return syscall($NR->{setgroups}, scalar @groups, $list) == 0
    && syscall($NR->{setresgid}, $gid, $gid, $gid) == 0
    && syscall($NR->{setresuid}, $uid, $uid, $uid) == 0;
}

# Binds this process to some CPUs; false with $! set when the kernel refuses.
sub bind_to_cpus {
  my $mask = bits_of(@_);
  return syscall($NR->{sched_setaffinity}, 0, length $mask, $mask) == 0;
}

my $MPOL_BIND = 2;

# Binds the memory of this process to a NUMA node.
sub bind_to_memory {
  my $mask = bits_of($_[0]);
  return syscall($NR->{set_mempolicy}, $MPOL_BIND, $mask, 8 * length($mask)) == 0;
}

sub bits_of {
  my $bits = '';
  vec($bits, $_, 1) = 1 for @_;
  return $bits . "\0" x (8 - length($bits) % 8);
}

my $RLIMIT_CORE = 4;

# Jobs leave no core files unless they ask for them.
sub forgo_core_files {
  my $limits = pack('QQ', 0, 0);
  return if syscall($NR->{prlimit64}, 0, $RLIMIT_CORE, 0, $limits) != 0;
  my (undef, $most) = unpack('QQ', $limits);
  my $wanted = pack('QQ', 0, $most);
  syscall($NR->{prlimit64}, 0, $RLIMIT_CORE, $wanted, 0);
}

# Ends the process without perl's tidying up.
sub leave { syscall($NR->{exit_group}, $_[0] + 0) }

1;
