# Running as another user of the machine: only where the runner is root and told to.
use strict;

# Looks up whom the attempt runs as; answers [step, errno] when it cannot.
sub find_user {
  my ($job) = @_;
  return if $job->{os_user} eq '';
  my (undef, undef, $uid, $gid, undef, undef, undef, $home, $shell) = getpwnam($job->{os_user});
  return [ 'nobody', 0 ] unless defined $uid;
  return [ 'root', 0 ] if $uid == 0;
  open(my $pipe, '-|', 'id', '-G', '--', $job->{os_user}) or return [ 'user', $! + 0 ];
  my @groups = split(' ', <$pipe> // '');
  return [ 'user', 22 ] if !close($pipe) || !@groups || grep { !/^\d+$/ } @groups;    # EINVAL
  $job->{owner} = { uid => $uid, gid => $gid, groups => \@groups };
  my %login = (HOME => $home, USER => $job->{os_user}, LOGNAME => $job->{os_user}, SHELL => $shell || '/bin/sh');
  my %own = map { /^([^=]*)/ => 1 } @{ $job->{env} };
  push @{ $job->{env} }, map { $own{$_} ? () : "$_=$login{$_}" } sort keys %login;
  return;
}

# Gives the user what the attempt must read and write: never a folder in which links could be planted.
sub hand_over {
  my ($job) = @_;
  my $owner = $job->{owner} or return 1;
  chmod(0711, $job->{job_dir}, grep { -d $_ } $job->{base});
  for my $path ("$job->{job_dir}/work", "$job->{base}/script") {
    chown($owner->{uid}, $owner->{gid}, $path) or $! == 2 or return 0;    # ENOENT
  }
  return 1;
}

# Does something with the rights of the attempt's user.
sub as_user {
  my ($job, $deed) = @_;
  my $owner = $job->{owner} or return $deed->();
  my ($uid, $groups) = ($>, $));
  $) = "$owner->{gid} @{ $owner->{groups} }";
  $> = $owner->{uid};
  my $result = $> == $owner->{uid} ? $deed->() : undef;
  my $errno = $! + 0;
  $> = $uid;
  $) = $groups;
  $! = $errno;
  return $result;
}

# In the child: becomes the user for good; false when the kernel did not let it.
sub become_user {
  my ($job) = @_;
  my $owner = $job->{owner} or return 1;
  return set_user_for_good($owner->{uid}, $owner->{gid}, @{ $owner->{groups} });
}

1;
