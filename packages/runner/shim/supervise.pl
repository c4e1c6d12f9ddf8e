# The life of one attempt, from the claim to its last process.
use strict;
our $FIFO;

my $LEFTOVER_GRACE_MS = 2000;    # for processes that the job's program left behind
my $MEMORY_CHECK_MS = 200;
my $QUIET_START_MS = 4;          # a program that ends within it is told as ended only: half the work for the runner
my $EXEC_CHECK_MS = 100;

sub supervise {
  my ($entry, $is_spared) = @_;
  $SIG{CHLD} = 'DEFAULT';
  become_supervisor();
  my $job = claim($entry) or return;    # somebody else has it
  $job->{is_spared} = $is_spared;
  read_launch($job);
  my $failure = find_user($job) || make_folders($job) || open_streams($job) || start_program($job);
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

# Claims an attempt that no shim can have, so that the runner learns why; a remark goes behind the launch.
sub refuse {
  my ($entry, $step, $errno, $remark) = @_;
  my $job = claim($entry) or return;
  if (defined $remark && open(my $file, '>>', $job->{entry})) {
    syswrite($file, $remark =~ tr/\0//dr);
    close $file;
  }
  finish_refused($job, $step, $errno);
}

# The fields before the lists, as launch-file.ts writes them.
my @FIELDS = qw(boot kind executor job_dir workdir stdout stderr stdout_path stderr_path truncate os_user time_limit grace memory_limit oom_file
  freezer_dir freezer_version cpus numa group_count argc);

# The launch: fields that end with NUL, written by the runner in this order.
sub read_launch {
  my ($job) = @_;
  open(my $file, '<', $job->{entry}) or return;
  my $text = '';
  1 while sysread($file, $text, 1 << 20, length $text);
  my @fields = split(/\0/, $text, -1);
  pop @fields;
  @$job{@FIELDS} = splice(@fields, 0, scalar @FIELDS);
  $job->{groups} = [ splice(@fields, 0, $job->{group_count} || 0) ];
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
    $job->{is_private} = 1;
    make_folder($job->{workdir}) or return [ 'folder', $! + 0 ];
  }
  hand_over($job) or return [ 'folder', $! + 0 ];
  return;
}

sub make_folder { return mkdir($_[0], 0700) || $! == 17 }    # EEXIST

sub open_streams {
  my ($job) = @_;
  open(STDIN, '<', '/dev/null') or return [ 'stdin', $! + 0 ];
  if ($job->{stdout_path} ne '') { redirect_to_user_file($job, 'stdout') or return [ 'stdout', $! + 0 ] }
  else { open_own(\*STDOUT, $job->{stdout}) or return [ 'stdout', $! + 0 ] }
  if ($job->{stderr_path} ne '') { redirect_to_user_file($job, 'stderr') or return [ 'stderr', $! + 0 ] }
  else { open_own(\*STDERR, $job->{stderr}) or return [ 'stderr', $! + 0 ] }
  return;
}

# Output in the node's own folders is for its runner to read.
sub open_own {
  my ($stream, $path) = @_;
  my $before = umask(077);
  my $opened = open($stream, '>>', $path);
  umask($before);
  return $opened;
}

sub start_program {
  my ($job) = @_;
  pipe(my $reader, my $writer) or return [ 'pipe', $! + 0 ];
  @$job{qw(started_wall started_steady)} = (wall_ms(), exact_steady_ms());
  $job->{started} = int $job->{started_wall};
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
  for my $group (@{ $job->{groups} }) { write_file("$group/cgroup.procs", '0') or $failed->('group') }
  write_file('/proc/self/oom_score_adj', '0') if $job->{is_spared};
  bind_to_cpus(split(/,/, $job->{cpus})) or $failed->('bind') if $job->{cpus} ne '';
  bind_to_memory($job->{numa}) or $failed->('bind') if $job->{numa} ne '';
  chdir($job->{workdir}) or $failed->('workdir') if $job->{is_private};    # the way there may be closed to the user
  become_user($job) or $failed->('user');
  chdir($job->{workdir}) or $failed->('workdir') unless $job->{is_private};
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
    begin_end($job, 'none', $LEFTOVER_GRACE_MS) if defined $job->{status} && ($job->{asked} // '') ne 'TERM';
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
    my ($cause, $grace, $signal) = split(/\./, $stop);
    begin_end($job, $cause, $grace, $signal);
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

# Asks the attempt to end: every process by TERM, or the program alone by another signal. The first cause stands unless the user's
# comes; a later one may only shorten the time. A program that had ended by itself keeps its own result.
sub begin_end {
  my ($job, $cause, $grace, $signal) = @_;
  $signal //= 'TERM';
  my $kill_at = steady_ms() + $grace;
  my $is_open = $job->{cause} eq 'none' || $cause eq 'user' && $job->{cause} =~ /^(?:preempted|gang)$/;
  $job->{cause} = $cause if $is_open && !defined $job->{status};
  delete $job->{deadline};
  my $first = !defined $job->{kill_at};
  $job->{kill_at} = $kill_at if $first || $kill_at < $job->{kill_at};
  return if !$first && $signal eq ($job->{asked} // '');
  my @all = descendants();
  $job->{asked} = $signal;
  if ($grace > 0) { signal_one($signal, $_) for grep { $signal eq 'TERM' || $_->[0] == $job->{pid} } @all }
  signal_one('CONT', $_) for @all;    # stopped processes could not act on the signal
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
  return oom_kills($job) > 0 if $job->{oom_file} ne '';
  return resident_bytes() > $job->{memory_limit};
}

sub oom_kills {
  my ($job) = @_;
  return read_file($job->{oom_file}) =~ /^oom_kill (\d+)/m ? $1 : 0;
}

sub finish {
  my ($job) = @_;
  $job->{cause} = 'memory' if $job->{oom_file} ne '' && oom_kills($job) > 0;
  remove_cgroup($_) for grep { $_ ne '' && -d $_ } @{ $job->{groups} }, $job->{freezer_dir};
  my ($code, $signal) = ($job->{status} >> 8, $job->{status} & 127);
  my $ended = int($job->{started_wall} + exact_steady_ms() - $job->{started_steady});    # right also when the clock was set meanwhile
  enter($job, "exit.$code.$signal.$job->{cause}.$job->{started}.$ended");
}

sub finish_refused {
  my ($job, $step, $errno) = @_;
  remove_cgroup($_) for @{ $job->{groups} // [] };
  enter($job, "exit.$errno.0.start_$step.0." . int wall_ms());
}

1;
