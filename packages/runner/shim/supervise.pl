# The life of one attempt, from the claim to its last process.
use strict;
our $FIFO;

my $LEFTOVER_GRACE_MS = 2000;    # for processes that the job's program left behind
my $MEMORY_CHECK_MS = 200;
my $QUIET_START_MS = 4;          # a program that ends within it is told as ended only: half the work for the runner
my $EXEC_CHECK_MS = 100;

sub supervise {
  my ($entry) = @_;
  $SIG{CHLD} = 'DEFAULT';
  become_supervisor();
  my $job = claim($entry) or return;    # somebody else has it
  read_launch($job);
  my $failure = make_folders($job) || open_streams($job) || start_program($job);
  return finish_refused($job, @$failure) if $failure;
  wait_signal($QUIET_START_MS);
  reap($job);
  enter($job, "run.$job->{shim}.$job->{started}") unless defined $job->{status};
  run_to_end($job);
  finish($job);
}

sub claim {
  my ($entry) = @_;
  my $base = substr($entry, 0, -4);    # without ".new"
  my $shim = "$$." . start_ticks($$);
  rename($entry, "$base.claim.$shim") or return;
  return { base => $base, entry => "$base.claim.$shim", shim => $shim, cause => 'none' };
}

# Enters a state and tells the runner, if one listens; it looks by itself now and then, too.
sub enter {
  my ($job, $state) = @_;
  my $entry = "$job->{base}.$state";
  rename($job->{entry}, $entry) or return;
  $job->{entry} = $entry;
  sysopen(my $fifo, $FIFO, 04001) or return;    # O_WRONLY | O_NONBLOCK
  syswrite($fifo, substr($entry, rindex($entry, '/') + 1) . "\n");
}

# Claims an attempt that cannot even be forked, so that the runner learns why.
sub refuse {
  my ($entry, $step, $errno) = @_;
  my $job = claim($entry) or return;
  finish_refused($job, $step, $errno);
}

# The launch: fields that end with NUL, written by the runner in this order.
sub read_launch {
  my ($job) = @_;
  open(my $file, '<', $job->{entry}) or return;
  my $text = '';
  1 while sysread($file, $text, 1 << 20, length $text);
  my @fields = split(/\0/, $text, -1);
  pop @fields;
  @$job{qw(boot kind job_dir workdir stdout stderr time_limit grace memory_limit memory_dir oom_facts freezer_dir freezer_version argc)} =
    splice(@fields, 0, 14);
  $job->{argv} = [ splice(@fields, 0, $job->{argc} || 0) ];
  $job->{env} = \@fields;
  $job->{freezer} = { dir => $job->{freezer_dir}, version => $job->{freezer_version} };
}

# Each step answers [step, errno] when it fails.
sub make_folders {
  my ($job) = @_;
  return [ 'launch', 2 ] unless $job->{argc};
  make_folder($job->{job_dir}) or return [ 'folder', $! + 0 ];
  if ($job->{workdir} eq '') {
    $job->{workdir} = "$job->{job_dir}/work";
    make_folder($job->{workdir}) or return [ 'folder', $! + 0 ];
  }
  return;
}

sub make_folder { return mkdir($_[0], 0700) || $! == 17 }    # EEXIST

sub open_streams {
  my ($job) = @_;
  open(STDIN, '<', '/dev/null') or return [ 'stdin', $! + 0 ];
  open(STDOUT, '>>', $job->{stdout}) or return [ 'stdout', $! + 0 ];
  open(STDERR, '>>', $job->{stderr}) or return [ 'stderr', $! + 0 ];
  return;
}

sub start_program {
  my ($job) = @_;
  pipe(my $reader, my $writer) or return [ 'pipe', $! + 0 ];
  $job->{started} = wall_ms();
  my $pid = fork;
  return [ 'fork', $! + 0 ] unless defined $pid;
  become_program($job, $writer) if $pid == 0;
  close $writer;
  $job->{pid} = $pid;
  my $failure = wait_for_exec($job, $reader);
  if ($failure eq '') {
    $job->{deadline} = steady_ms() + $job->{time_limit} if $job->{time_limit} ne '';
    return;
  }
  waitpid($pid, 0);
  return [ split(/ /, $failure) ];
}

# The pipe closes by itself when exec succeeds. A program on a file system that hangs can still be stopped.
sub wait_for_exec {
  my ($job, $reader) = @_;
  my $text = '';
  my $bits = '';
  vec($bits, fileno($reader), 1) = 1;
  until (select(my $ready = $bits, undef, undef, $EXEC_CHECK_MS / 1000) > 0) {
    return '' if -l "$job->{base}.stop";
  }
  sysread($reader, $text, 256);
  return $text;
}

# In the child: everything the program must find as it should be, then exec.
sub become_program {
  my ($job, $writer) = @_;
  setpgrp(0, 0);
  my $failed = sub { syswrite($writer, "$_[0] " . ($! + 0)); leave(127) };
  write_file("$job->{memory_dir}/cgroup.procs", '0') or $failed->('cgroup') if $job->{memory_dir} ne '';
  chdir($job->{workdir}) or $failed->('workdir');
  umask(022);
  %ENV = map { split(/=/, $_, 2) } @{ $job->{env} };
  $SIG{$_} = 'DEFAULT' for qw(PIPE CHLD FPE HUP INT);
  unblock_signals();
  my @argv = @{ $job->{argv} };
  exec { $argv[0] } @argv;
  $failed->("program");
}

# Collects ended children; true while any is left. Remembers how the program itself ended.
sub reap {
  my ($job) = @_;
  while (1) {
    my $pid = waitpid(-1, 1);    # WNOHANG
    return $pid == 0 if $pid <= 0;
    $job->{status} = $? if $pid == $job->{pid};
  }
}

sub run_to_end {
  my ($job) = @_;
  while (reap($job)) {
    obey($job);
    my $now = steady_ms();
    begin_end($job, 'none', $LEFTOVER_GRACE_MS) if defined $job->{status} && !defined $job->{kill_at};
    begin_end($job, 'time_limit', $job->{grace}) if $job->{deadline} && !$job->{paused_at} && $now >= $job->{deadline};
    begin_end($job, 'memory', 0) if $job->{memory_limit} ne '' && memory_is_over($job);
    kill_rest($job) if defined $job->{kill_at} && steady_ms() >= $job->{kill_at};
    wait_signal(next_wake_ms($job));
  }
}

# Milliseconds until something must be looked at without a signal; undef: nothing.
sub next_wake_ms {
  my ($job) = @_;
  my @times;
  push @times, $job->{kill_at} if defined $job->{kill_at};
  push @times, $job->{deadline} if $job->{deadline} && !$job->{paused_at};
  push @times, steady_ms() + $MEMORY_CHECK_MS if $job->{memory_limit} ne '' && !defined $job->{kill_at};
  my ($first) = sort { $a <=> $b } @times;
  return defined $first ? $first - steady_ms() : undef;
}

# Compares what the runner ordered with what is.
sub obey {
  my ($job) = @_;
  my $stop = readlink("$job->{base}.stop");
  if (defined $stop && $stop ne ($job->{stop} // '')) {
    $job->{stop} = $stop;
    my ($cause, $grace) = split(/\./, $stop);
    begin_end($job, $cause, $grace);
  }
  my $wanted = -l "$job->{base}.pause" && !defined $job->{kill_at};
  pause($job) if $wanted && !$job->{paused_at};
  unpause($job) if !$wanted && $job->{paused_at};
}

sub pause {
  my ($job) = @_;
  $job->{paused_at} = steady_ms();
  $job->{frozen} = freeze_all($job->{freezer});
  enter($job, "frozen.$job->{shim}.$job->{started}");
}

# Time that an attempt stood still does not count against its limit.
sub unpause {
  my ($job) = @_;
  thaw_all($job->{freezer}, $job->{frozen});
  $job->{deadline} += steady_ms() - $job->{paused_at} if $job->{deadline};
  delete $job->{paused_at};
  enter($job, "run.$job->{shim}.$job->{started}");
}

# Asks every process to end; the first cause stands, a later one may only shorten the time.
# A program that had ended by itself keeps its own result.
sub begin_end {
  my ($job, $cause, $grace) = @_;
  my $kill_at = steady_ms() + $grace;
  $job->{cause} = $cause if $job->{cause} eq 'none' && !defined $job->{status};
  delete $job->{deadline};
  my $first = !defined $job->{kill_at};
  $job->{kill_at} = $kill_at if $first || $kill_at < $job->{kill_at};
  return unless $first;
  my @all = descendants();
  if ($grace > 0) { signal_one('TERM', $_) for @all }
  signal_one('CONT', $_) for @all;    # stopped processes could not act on TERM
  unpause($job) if $job->{paused_at};
}

sub kill_rest {
  my ($job) = @_;
  signal_all('KILL');
  $job->{kill_pause} = $job->{kill_pause} ? $job->{kill_pause} * 2 : 10;
  $job->{kill_pause} = 1000 if $job->{kill_pause} > 1000;
  $job->{kill_at} = steady_ms() + $job->{kill_pause};
}

sub memory_is_over {
  my ($job) = @_;
  return if $job->{cause} eq 'memory';
  return oom_kills($job) > 0 if $job->{memory_dir} ne '';
  return resident_bytes() > $job->{memory_limit};
}

sub oom_kills {
  my ($job) = @_;
  return read_file("$job->{memory_dir}/$job->{oom_facts}") =~ /^oom_kill (\d+)/m ? $1 : 0;
}

sub finish {
  my ($job) = @_;
  $job->{cause} = 'memory' if $job->{memory_dir} ne '' && oom_kills($job) > 0;
  remove_cgroup($_) for grep { $_ ne '' && -d $_ } $job->{memory_dir}, $job->{freezer_dir};
  my ($code, $signal) = ($job->{status} >> 8, $job->{status} & 127);
  enter($job, "exit.$code.$signal.$job->{cause}.$job->{started}." . wall_ms());
}

sub finish_refused {
  my ($job, $step, $errno) = @_;
  remove_cgroup($job->{memory_dir}) if ($job->{memory_dir} // '') ne '';
  enter($job, "exit.$errno.0.start_$step.0." . wall_ms());
}

1;
