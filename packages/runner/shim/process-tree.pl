# Who descends from this shim, read from /proc. A process is always named with its start ticks, so that a pid that was given
# to a new process is never taken for the old one.
use strict;

# (parent, state, ticks) of a process; empty when it is gone.
sub read_stat {
  my ($pid) = @_;
  open(my $file, '<', "/proc/$pid/stat") or return;
  my $text = '';
  sysread($file, $text, 4096) or return;
  my @fields = split(/ /, substr($text, rindex($text, ')') + 2));
  return ($fields[1], $fields[0], $fields[19]);
}

sub start_ticks { my (undef, undef, $ticks) = read_stat($_[0]); return $ticks // 0 }

# Every living descendant, parents first: list of [pid, ticks, state].
sub descendants {
  my %children;
  opendir(my $proc, '/proc') or return;
  for my $pid (grep { /^\d+$/ } readdir $proc) {
    my ($parent, $state, $ticks) = read_stat($pid) or next;
    push @{ $children{$parent} }, [ $pid, $ticks, $state ];
  }
  my @found = @{ $children{$$} // [] };
  for (my $index = 0; $index < @found; $index++) { push @found, @{ $children{ $found[$index][0] } // [] } }
  return grep { $_->[2] ne 'Z' && $_->[2] ne 'X' } @found;
}

# Signals a process if it is still that very one.
sub signal_one {
  my ($signal, $process) = @_;
  my ($pid, $ticks) = @$process;
  my (undef, $state, $ticks_now) = read_stat($pid) or return;
  kill($signal, $pid) if $ticks_now == $ticks && $state ne 'Z';
}

sub signal_all { my ($signal) = @_; signal_one($signal, $_) for descendants() }

# Bytes that the attempt's processes hold and that cannot be dropped: anonymous and shared memory.
sub resident_bytes {
  my $total = 0;
  for my $process (descendants()) {
    open(my $file, '<', "/proc/$process->[0]/status") or next;
    my $text = '';
    sysread($file, $text, 8192);
    $total += $1 * 1024 while $text =~ /^Rss(?:Anon|Shmem):\s+(\d+) kB/mg;
  }
  return $total;
}

1;
