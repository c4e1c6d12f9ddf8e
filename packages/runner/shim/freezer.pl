# Freezing and thawing every process of the attempt: by a freezer cgroup where the runner found one usable, else by STOP and CONT.
use strict;

my $ROUNDS = 200;

sub write_file {
  my ($path, $text) = @_;
  open(my $file, '>', $path) or return 0;
  my $written = syswrite($file, $text);
  return defined $written && close $file;
}

sub read_file {
  my ($path) = @_;
  open(my $file, '<', $path) or return '';
  my $text = '';
  sysread($file, $text, 8192);
  return $text;
}

# Freezes; returns how ('cgroup' or 'signals').
sub freeze_all {
  my ($freezer) = @_;
  return 'cgroup' if $freezer->{dir} ne '' && freeze_cgroup($freezer);
  freeze_by_signals();
  return 'signals';
}

sub freeze_cgroup {
  my ($freezer) = @_;
  mkdir($freezer->{dir});
  my %moved;
  for (1 .. $ROUNDS) {    # children that are born meanwhile are born inside
    my @outside = grep { !$moved{"$_->[0].$_->[1]"} } descendants();
    last unless @outside;
    for my $process (@outside) {
      write_file("$freezer->{dir}/cgroup.procs", $process->[0]) || return 0 if start_ticks($process->[0]) == $process->[1];
      $moved{"$process->[0].$process->[1]"} = 1;
    }
  }
  my ($order, $frozen) = $freezer->{version} == 1 ? ('freezer.state FROZEN', '^FROZEN') : ('cgroup.freeze 1', '^frozen 1');
  my $facts = $freezer->{version} == 1 ? 'freezer.state' : 'cgroup.events';
  my ($name, $value) = split(/ /, $order);
  write_file("$freezer->{dir}/$name", $value) or return 0;
  for (1 .. $ROUNDS) {
    return 1 if read_file("$freezer->{dir}/$facts") =~ /$frozen/m;
    select(undef, undef, undef, 0.01);
  }
  thaw_all($freezer, 'cgroup');
  return 0;
}

sub freeze_by_signals {
  for (1 .. $ROUNDS) {
    my @moving = grep { $_->[2] !~ /[Tt]/ } descendants();
    return unless @moving;
    signal_one('STOP', $_) for @moving;
    select(undef, undef, undef, 0.002);
  }
}

sub thaw_all {
  my ($freezer, $how) = @_;
  if ($how eq 'signals') { signal_all('CONT') }
  elsif ($freezer->{version} == 1) { write_file("$freezer->{dir}/freezer.state", 'THAWED') }
  else { write_file("$freezer->{dir}/cgroup.freeze", '0') }
}

# Removes a cgroup that has no process any more; the kernel may need a moment to see that.
sub remove_cgroup {
  my ($dir) = @_;
  for (1 .. 20) {
    return if rmdir($dir) || $! != 16;    # EBUSY
    select(undef, undef, undef, 0.005);
  }
}

1;
